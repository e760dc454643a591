/**
 * Partial, deep comparison: whether `value` has everything that `pattern` asks for.
 *
 * - An object matches when each member of the pattern matches; members that the pattern does not name, or
 *   names with `undefined`, may be anything.
 * - An array matches an array of the same length, item by item.
 * - A `number` and a `bigint` of the same value match.
 * - An object with an `asymmetricMatch` method (such as Vitest's `expect.any(String)`) decides for itself.
 *
 * @example
 * matches({ reason: 'guest-reset', guest: true }, { guest: true }) // true
 */
export function matches(value: unknown, pattern: unknown): boolean {
  if (typeof pattern !== 'object' || pattern === null) return isSame(value, pattern);
  if ('asymmetricMatch' in pattern && typeof pattern.asymmetricMatch === 'function') {
    return (pattern as { asymmetricMatch: (value: unknown) => unknown }).asymmetricMatch(value) === true;
  }
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(value) &&
      value.length === pattern.length &&
      pattern.every((item, index) => matches(value[index], item))
    );
  }
  if (Array.isArray(value)) return false;
  return Object.entries(pattern).every(
    ([key, wanted]) =>
      wanted === undefined ||
      (Object.hasOwn(value, key) && matches((value as Record<string, unknown>)[key], wanted)),
  );
}

function isSame(value: unknown, pattern: unknown): boolean {
  if (Object.is(value, pattern) || value === pattern) return true;
  if (typeof value === typeof pattern || !isNumeric(value) || !isNumeric(pattern)) return false;
  // oxlint-disable-next-line eqeqeq -- 1n == 1 is the comparison by value that is wanted here
  return value == pattern;
}

const isNumeric = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';
