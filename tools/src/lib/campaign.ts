import * as fc from 'fast-check';

/** Random inputs of a kind, and what has to hold for each. */
export interface Campaign<T> {
  /** What is tested, for people. */
  readonly name: string;
  readonly input: fc.Arbitrary<T>;
  /** Shrinks an input further once `input` can no more. */
  readonly smaller?: fc.Arbitrary<T>;
  /** An input, for people. */
  show(input: T): string;
  /** What is wrong with an input, for people; `undefined` if nothing is. */
  check(input: T): Promise<string | undefined> | string | undefined;
  /** What else there is to tell if all inputs were right. */
  note?(): string;
}

/** How many inputs, and which. */
export interface CampaignOptions {
  readonly inputs: number;
  readonly seed: number;
  /** One input alone: as it was told when it was found. */
  readonly path?: string | undefined;
}

/** What was found wrong. */
class Finding extends Error {
  override readonly name = 'Finding';
}

/** Tries inputs until one is wrong, makes that as small as it can be, and prints it. Says whether all were right. */
export async function runCampaign<T>(campaign: Campaign<T>, options: CampaignOptions): Promise<boolean> {
  const { inputs, seed, path } = options;
  const began = performance.now();
  const found = await attempt(campaign, campaign.input, {
    seed,
    numRuns: inputs,
    ...(path === undefined ? {} : { path }),
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (found === undefined) {
    const note = campaign.note === undefined ? '' : `; ${campaign.note()}`;
    console.log(
      `${campaign.name}: ${inputs} inputs (seed ${seed}) in ${seconds} s: all as they should be${note}`,
    );
    return true;
  }
  const smallest =
    (campaign.smaller &&
      (await attempt(campaign, campaign.smaller, { seed, numRuns: 1, examples: [[found.input]] }))) ??
    found;
  console.log(`${campaign.name}: ${smallest.what}`);
  console.log(`  smallest input: ${campaign.show(smallest.input)}`);
  console.log(`  to repeat: --seed ${seed} --path ${found.path}`);
  return false;
}

async function attempt<T>(
  campaign: Campaign<T>,
  arbitrary: fc.Arbitrary<T>,
  parameters: fc.Parameters<[T]>,
): Promise<{ input: T; what: string; path: string } | undefined> {
  const property = fc.asyncProperty(arbitrary, async (input) => {
    const wrong = await campaign.check(input);
    if (wrong !== undefined) throw new Finding(wrong);
  });
  const details = await fc.check(property, parameters);
  if (!details.failed) return undefined;
  const { counterexample, counterexamplePath, errorInstance: error } = details;
  if (counterexample === null) throw new Error('fast-check gave up', { cause: error });
  const what =
    error instanceof Finding ? error.message : error instanceof Error ? error.stack : String(error);
  return { input: counterexample[0], what: what ?? '', path: counterexamplePath ?? '' };
}
