import { show } from './show.ts';

/**
 * What a test may expect of arguments or data. An object matches one that has at least these members (deeply); an
 * array matches one of the same length, element by element. In place of any value may stand a regular expression (for a
 * string), a function `(actual) => boolean`, {@link exactly}, or an asymmetric matcher of any test runner: an
 * object with a method `asymmetricMatch`.
 */
export type Pattern = unknown;

/** Marks a value that has to match member by member, with nothing beside it. */
class Exactly {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/**
 * A pattern that matches only what has exactly these members. Matchers may stand inside.
 *
 * @example
 * mock.expect('device_del', exactly({ id: 'disk0' })) // and no other argument
 */
export function exactly(value: unknown): unknown {
  return new Exactly(value);
}

/** One reason why a value does not match. */
export interface Difference {
  /** Where, as `a.b[0]`; empty for the value itself. */
  readonly path: string;
  /** What is wrong there, in words. */
  readonly reason: string;
}

/**
 * Compares a value with a pattern.
 *
 * @returns Every difference, or an empty array where it matches.
 * @example
 * differences({ id: 'a' }, { id: 'b', bus: 'x' }) // [{ path: 'id', reason: 'expected "a", got "b"' }]
 */
export function differences(pattern: Pattern, actual: unknown): Difference[] {
  const found: Difference[] = [];
  compare(pattern, actual, '', false, found);
  return found;
}

/** Whether a value matches a pattern. */
export function matches(pattern: Pattern, actual: unknown): boolean {
  return differences(pattern, actual).length === 0;
}

/** Differences on lines of their own, for a message. */
export function describeDifferences(found: readonly Difference[]): string[] {
  return found.map(({ path, reason }) => (path === '' ? reason : `${path}: ${reason}`));
}

function compare(pattern: Pattern, actual: unknown, path: string, exact: boolean, found: Difference[]): void {
  const differ = (reason?: string): void => {
    found.push({ path, reason: reason ?? `expected ${show(pattern)}, got ${showGot(actual)}` });
  };
  if (pattern instanceof Exactly) {
    compare(pattern.value, actual, path, true, found);
  } else if (pattern instanceof RegExp) {
    if (typeof actual !== 'string' || !new RegExp(pattern, pattern.flags.replace(/[gy]/g, '')).test(actual)) {
      differ();
    }
  } else if (typeof pattern === 'function') {
    if (pattern(actual) !== true) differ(`${show(pattern)} refuses ${showGot(actual)}`);
  } else if (isMatcher(pattern)) {
    if (!pattern.asymmetricMatch(actual)) differ();
  } else if (Array.isArray(pattern)) {
    if (!Array.isArray(actual)) return differ();
    if (actual.length !== pattern.length) {
      return differ(`expected ${count(pattern.length)}, got ${count(actual.length)}: ${show(actual)}`);
    }
    pattern.forEach((element, at) => compare(element, actual[at], `${path}[${at}]`, exact, found));
  } else if (typeof pattern === 'object' && pattern !== null) {
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return differ();
    compareMembers(pattern, actual, path, exact, found);
  } else if (!sameScalar(pattern, actual)) {
    differ();
  }
}

function compareMembers(
  pattern: object,
  actual: object,
  path: string,
  exact: boolean,
  found: Difference[],
): void {
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  for (const [key, expected] of Object.entries(pattern)) {
    if (Object.hasOwn(actual, key)) {
      const member = (actual as Record<string, unknown>)[key];
      if (expected === undefined) {
        if (member !== undefined) found.push({ path: at(key), reason: `expected none, got ${show(member)}` });
      } else {
        compare(expected, member, at(key), exact, found);
      }
    } else if (expected !== undefined && !matchesAbsence(expected)) {
      found.push({ path: at(key), reason: `missing; expected ${show(expected)}` });
    }
  }
  if (!exact) return;
  for (const key of Object.keys(actual)) {
    if (!Object.hasOwn(pattern, key)) {
      found.push({ path: at(key), reason: `unexpected ${show((actual as Record<string, unknown>)[key])}` });
    }
  }
}

interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): boolean;
}

function isMatcher(value: unknown): value is AsymmetricMatcher {
  return (
    typeof value === 'object' &&
    value !== null &&
    'asymmetricMatch' in value &&
    typeof value.asymmetricMatch === 'function'
  );
}

/** A matcher such as `expect.not.stringContaining('x')` or a predicate may be content with a missing member. */
function matchesAbsence(pattern: unknown): boolean {
  return isMatcher(pattern) && pattern.asymmetricMatch(undefined);
}

/** `1n` and `1` are the same integer on the wire. */
function sameScalar(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || (a === 0 && b === 0)) return true;
  if (typeof a === 'bigint' && typeof b === 'number') return Number.isInteger(b) && a === BigInt(b);
  if (typeof a === 'number' && typeof b === 'bigint') return Number.isInteger(a) && BigInt(a) === b;
  return false;
}

const count = (length: number): string => (length === 1 ? '1 element' : `${length} elements`);
const showGot = (actual: unknown): string => (actual === undefined ? 'nothing' : show(actual));
