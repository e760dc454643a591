import * as fc from 'fast-check';
import { smallest } from './smallest.ts';

/** Random inputs of a kind, and what has to hold for each. */
export interface Campaign<T> {
  /** The tested thing, in words. */
  readonly name: string;
  readonly input: fc.Arbitrary<T>;
  /** Shrinks an input further once `input` can no more. */
  readonly smaller?: fc.Arbitrary<T>;
  /** An input, for people. */
  show(input: T): string;
  /** Says in words what is wrong with an input; `undefined` if nothing is. */
  check(input: T): Promise<string | undefined> | string | undefined;
  /** A further remark if all inputs were right. */
  note?(): string;
}

/** How many inputs, and which. */
export interface CampaignOptions {
  readonly inputs: number;
  readonly seed: number;
  /** One input alone: as it was told when it was found. */
  readonly path?: string | undefined;
}

/** A found fault. */
class Finding extends Error {
  override readonly name = 'Finding';
}

/**
 * Tries inputs until one is wrong, makes that as small as it can be, and prints it. Says whether all were
 * right.
 */
export async function runCampaign<T>(campaign: Campaign<T>, options: CampaignOptions): Promise<boolean> {
  const { inputs, seed, path } = options;
  const began = performance.now();
  const property = fc.asyncProperty(campaign.input, async (input) => {
    const wrong = await wrongWith(campaign, input);
    if (wrong !== undefined) throw new Finding(wrong);
  });
  const details = await fc.check(property, {
    seed,
    numRuns: inputs,
    ...(path === undefined ? {} : { path }),
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (!details.failed) {
    const note = campaign.note === undefined ? '' : `; ${campaign.note()}`;
    console.log(
      `${campaign.name}: ${inputs} inputs (seed ${seed}) in ${seconds} s: all as they should be${note}`,
    );
    return true;
  }
  const { counterexample, counterexamplePath, errorInstance } = details;
  if (counterexample === null) throw new Error('fast-check gave up', { cause: errorInstance });
  let [input] = counterexample;
  let what = (errorInstance as Error).message;
  if (campaign.smaller !== undefined) {
    input = await smallest(input, campaign.smaller, async (candidate) => {
      const wrong = await wrongWith(campaign, candidate);
      what = wrong ?? what;
      return wrong !== undefined;
    });
  }
  console.log(`${campaign.name}: ${what}`);
  console.log(`  smallest input: ${campaign.show(input)}`);
  console.log(`  to repeat: --seed ${seed} --path ${counterexamplePath}`);
  return false;
}

/** Says what is wrong with an input. An error counts, too. */
async function wrongWith<T>(campaign: Campaign<T>, input: T): Promise<string | undefined> {
  try {
    return await campaign.check(input);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
