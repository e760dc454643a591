import * as fc from 'fast-check';

/**
 * Makes an input as small as an arbitrary can while something is wrong with it.
 *
 * @param smaller - How it is shrunk: an arbitrary that can shrink what it did not make.
 * @param isWrong - Is not asked about the input itself.
 * @param attempts - After so many it is as small as it has become.
 */
export async function smallest<T>(
  input: T,
  smaller: fc.Arbitrary<T>,
  isWrong: (candidate: T) => Promise<boolean>,
  attempts: number = Infinity,
): Promise<T> {
  let left = attempts;
  let best = input;
  const property = fc.asyncProperty(smaller, async (candidate) => {
    if (candidate === input) return false;
    left -= 1;
    if (left < 0 || !(await isWrong(candidate))) return true;
    best = candidate;
    return false;
  });
  await fc.check(property, { numRuns: 1, examples: [[input]] });
  return best;
}

/** Lists that are shrunk by leaving items out: large parts first, so that few attempts take many out. */
export function fewerItems<T>(): fc.Arbitrary<T[]> {
  return new FewerItems<T>();
}

class FewerItems<T> extends fc.Arbitrary<T[]> {
  generate(): fc.Value<T[]> {
    return new fc.Value([], undefined);
  }

  canShrinkWithoutContext(value: unknown): value is T[] {
    return Array.isArray(value);
  }

  /** @param context - The size of the part whose leaving out led here: larger ones were tried already. */
  shrink(items: T[], context: unknown): fc.Stream<fc.Value<T[]>> {
    const largest = typeof context === 'number' ? Math.min(context, items.length) : items.length;
    return fc.stream(without(items, largest));
  }
}

function* without<T>(items: T[], largest: number): IterableIterator<fc.Value<T[]>> {
  for (let size = largest; size >= 1; size >>= 1) {
    // The last parts are left out first: the other way round, the beginning of a conversation would be
    // missed.
    for (let at = items.length - size; at > -size; at -= size) {
      const from = Math.max(0, at);
      yield new fc.Value(items.toSpliced(from, at + size - from), size);
    }
  }
}
