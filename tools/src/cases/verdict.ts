import { comparePairs, HONEST, type Pair } from '../beside/compare.ts';
import type { Transcript } from '../beside/play.ts';
import { sessionOf, type Case } from './case.ts';

/**
 * How a stand-in did in a case. `wrong`: in some step it said something else, and did not say that it does
 * not model it.
 */
export type Verdict = 'right' | 'honest' | 'wrong';

/** A QEMU's behaviour in a case, and in a second run if it differed then. */
export interface Account {
  readonly first: Transcript;
  readonly second?: Transcript;
}

/** Compares what a stand-in did in a case with what QEMU did. */
export function judge(
  given: Case,
  account: Account,
  standIn: Transcript,
  honest: RegExp = HONEST,
): { verdict: Verdict; different: Pair[] } {
  const pairs = comparePairs(sessionOf(given), account.first, standIn, honest, account.second);
  const different = pairs.filter((pair) => pair.class !== 'identical' && pair.class !== 'varies');
  const wrong = different.some((pair) => pair.class !== 'honest');
  return { verdict: different.length === 0 ? 'right' : wrong ? 'wrong' : 'honest', different };
}
