import { comparePairs, type Pair } from '../beside/compare.ts';
import { play, type Furnish, type Transcript } from '../beside/play.ts';
import type { Program } from '../qemu/program.ts';
import type { RealAccounts } from './real-accounts.ts';
import type { Session } from '../beside/session.ts';

/** The two programs, and what is needed to compare them. */
export interface Bench {
  readonly qemu: Program;
  readonly standIn: Program;
  readonly furnish: Furnish;
  readonly accounts: RealAccounts;
  readonly honest: RegExp;
}

/** A session and what came of it. */
export interface Measured {
  readonly session: Session;
  readonly pairs: readonly Pair[];
}

/** Plays a session on both and compares. A difference is looked at again before it counts. */
export async function measure(session: Session, bench: Bench): Promise<Measured> {
  const real = (number: string, patience = 1): Promise<Transcript> =>
    bench.accounts.get(session, `${number} ${patience}`, () =>
      play(bench.qemu, session, bench.furnish, { patience }),
    );
  const [theirs, ours] = await Promise.all([real('first'), play(bench.standIn, session, bench.furnish)]);
  const pairs = comparePairs(session, theirs, ours, bench.honest);
  if (pairs.every(settled)) return { session, pairs };
  const second = comparePairs(session, theirs, ours, bench.honest, await real('second'));
  if (second.every((pair) => settled(pair) || !pair.kind.startsWith('events')))
    return { session, pairs: second };
  // Events that differ may only have come late, on a machine with much else to do.
  const [slow, again, slowOurs] = await Promise.all([
    real('first', 4),
    real('second', 4),
    play(bench.standIn, session, bench.furnish, { patience: 4 }),
  ]);
  return { session, pairs: comparePairs(session, slow, slowOurs, bench.honest, again) };
}

const settled = (pair: Pair): boolean => ['identical', 'excluded', 'honest'].includes(pair.class);

/** Runs the sessions until there are so many pairs, a few at a time. What comes of them is in their order. */
export async function measureAll(
  sessions: readonly Session[],
  pairs: number,
  jobs: number,
  bench: Bench,
): Promise<Measured[]> {
  const results: Measured[] = [];
  let next = 0;
  let enough = false;
  const work = async (): Promise<void> => {
    while (!enough && next < sessions.length) {
      const at = next;
      next += 1;
      const session = sessions[at];
      if (!session) return;
      results[at] = await measure(session, bench);
      // Only sessions without a gap before them count, so that the number does not depend on who was faster.
      let count = 0;
      for (let i = 0; results[i] !== undefined; i += 1) count += results[i]?.pairs.length ?? 0;
      enough = count >= pairs;
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const taken: Measured[] = [];
  let count = 0;
  for (const result of results) {
    if (result === undefined || count >= pairs) break;
    taken.push(result);
    count += result.pairs.length;
  }
  return taken;
}
