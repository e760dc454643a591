import type { Pair } from '../beside/compare.ts';
import { measure, type Bench, type Measured } from './measure.ts';
import type { Session } from '../beside/session.ts';

/** Whether two pairs have the same kind of difference in the same command. */
const same = (a: Pair, b: Pair): boolean =>
  a.class === b.class && a.command === b.command && a.kind === b.kind;

/** The smallest session found that still has the difference: commands and options are left out. */
export async function shrink(
  { session }: Measured,
  pair: Pair,
  bench: Bench,
  budget = 16,
): Promise<{ session: Session; pair: Pair }> {
  let best: { session: Session; pair: Pair } = {
    session: { ...session, steps: session.steps.slice(0, pair.at + 1) },
    pair,
  };
  let left = budget;
  const attempt = async (smaller: Session): Promise<boolean> => {
    if (left <= 0) return false;
    left -= 1;
    const found = (await measure(smaller, bench)).pairs.find((candidate) => same(candidate, pair));
    if (found === undefined) return false;
    best = { session: smaller, pair: found };
    return true;
  };
  const { steps } = best.session;
  if (steps.length > 1 && !(await attempt({ ...best.session, steps: steps.slice(-1) }))) {
    for (let at = steps.length - 2; at >= 0; at -= 1)
      await attempt({ ...best.session, steps: best.session.steps.toSpliced(at, 1) });
  }
  for (let size = Math.max(1, best.session.options.length >> 1); size >= 1; size >>= 1) {
    for (let at = best.session.options.length - size; at >= 0; at -= size)
      await attempt({ ...best.session, options: best.session.options.toSpliced(at, size) });
  }
  return best;
}
