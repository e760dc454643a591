import { record } from 'fast-check';
import type { Pair } from '../beside/compare.ts';
import type { Session } from '../beside/session.ts';
import { fewerItems, smallest } from '../lib/smallest.ts';
import { measure, type Bench, type Measured } from './measure.ts';

/** Sessions that are tried: each takes a second. */
const ATTEMPTS = 16;

/** Whether two pairs have the same kind of difference in the same command. */
const same = (a: Pair, b: Pair): boolean =>
  a.class === b.class && a.command === b.command && a.kind === b.kind;

/** The smallest session found that still has the difference: commands and options are left out. */
export async function shrink(
  { session }: Measured,
  pair: Pair,
  bench: Bench,
): Promise<{ session: Session; pair: Pair }> {
  const { options } = session;
  const steps = session.steps.slice(0, pair.at + 1);
  let shown = pair;
  const isWrong = async (candidate: Session): Promise<boolean> => {
    const found = (await measure(candidate, bench)).pairs.find((other) => same(other, pair));
    shown = found ?? shown;
    return found !== undefined;
  };
  const smaller = record({
    options: fewerItems<Session['options'][number]>(),
    steps: fewerItems<Session['steps'][number]>(),
  });
  return { session: await smallest<Session>({ options, steps }, smaller, isWrong, ATTEMPTS), pair: shown };
}
