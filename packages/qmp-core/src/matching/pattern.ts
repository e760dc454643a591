import { QmpOptionError } from '../errors.ts';
import { exactly, exactPart } from './exactly.ts';
import { isRegExp, withoutPosition } from './reg-exp.ts';
import { show } from './show.ts';

/**
 * A test's expectation of a value that came over the wire:
 *
 * - An object matches an object that has at least its members, deep; a member that is `undefined` in the
 *   pattern must not be there.
 * - An array matches an array of the same length, element by element.
 * - A regular expression matches a string.
 * - A function is a predicate: it matches if it returns exactly `true`. It isn't called for a missing member.
 * - An object with a method `asymmetricMatch`, such as `expect.any(String)` of Vitest, Jest and their kin,
 *   decides by itself, even about a missing member.
 * - {@link exactly} allows only the members that it names.
 * - Everything else matches the same value; `1` and `1n` are the same integer.
 *
 * A pattern is copied when it is given, so changing it afterwards has no effect. Functions and asymmetric
 * matchers can't be copied and are taken as they are.
 *
 * @example
 * await client.waitForEvent('DEVICE_DELETED', { match: { device: /^nic\d$/ } })
 */
export type Pattern = unknown;

/** A matcher of a test runner. */
export interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): unknown;
}

/** Whether a pattern is an asymmetric matcher. */
export function isAsymmetric(pattern: unknown): pattern is AsymmetricMatcher {
  return (
    ((typeof pattern === 'object' && pattern !== null) || typeof pattern === 'function') &&
    'asymmetricMatch' in pattern &&
    typeof pattern.asymmetricMatch === 'function'
  );
}

/**
 * Copies a pattern, except for functions and asymmetric matchers.
 *
 * @throws QmpOptionError if an object in it doesn't have members that could be compared, such as a `Map` or a
 *   `Date`: it would match every object.
 */
export function copyPattern(pattern: Pattern): Pattern {
  return copy(pattern, new Map());
}

function copy(pattern: Pattern, copies: Map<object, unknown>): Pattern {
  if (typeof pattern !== 'object' || pattern === null || isAsymmetric(pattern)) return pattern;
  const known = copies.get(pattern);
  if (known !== undefined) return known;
  if (isRegExp(pattern)) return withoutPosition(pattern);
  const exact = exactPart(pattern);
  if (exact !== undefined) return exactly(copy(exact.pattern, copies));
  if (Array.isArray(pattern)) {
    const elements: unknown[] = [];
    copies.set(pattern, elements);
    for (const element of pattern) elements.push(copy(element, copies));
    return elements;
  }
  checkComparable(pattern);
  const members: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  copies.set(pattern, members);
  for (const [key, member] of Object.entries(pattern)) members[key] = copy(member, copies);
  return members;
}

function checkComparable(pattern: object): void {
  const prototype: unknown = Object.getPrototypeOf(pattern);
  // A plain object of whatever realm has a prototype that has none.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return;
  if (Object.keys(pattern).length > 0 && !ArrayBuffer.isView(pattern)) return;
  throw new QmpOptionError(
    `Expected \`pattern\` to consist of plain objects, arrays, scalars, regular expressions, predicates and matchers, got ${show(pattern)}`,
    { option: 'pattern' },
  );
}
