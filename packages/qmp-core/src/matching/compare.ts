import { exactPart } from './exactly.ts';
import { copyPattern, isAsymmetric, type Pattern } from './pattern.ts';
import { isRegExp } from './reg-exp.ts';
import { show } from './show.ts';

/** One reason why a value does not match. */
export interface Difference {
  /** Path of the place, as `a.b[0]`; empty for the value itself. */
  readonly path: string;
  /** The difference, in words. */
  readonly reason: string;
}

/**
 * A pattern, copied and ready to compare values with.
 *
 * @example
 * const matcher = new Matcher({ id: /^disk/ })
 * matcher.matches({ id: 'disk0', bus: 'x' }) // true
 * matcher.differences({ id: 'nic0' }) // [{ path: 'id', reason: 'expected /^disk/, got "nic0"' }]
 */
export class Matcher {
  readonly #pattern: Pattern;

  /** @throws QmpOptionError if the pattern has an object that would match every object, such as a `Map`. */
  constructor(pattern: Pattern) {
    this.#pattern = copyPattern(pattern);
  }

  /** Whether a value matches. */
  matches(actual: unknown): boolean {
    return compare(this.#pattern, actual, false, NOWHERE);
  }

  /** Lists every difference; an empty array if the value matches. */
  differences(actual: unknown): Difference[] {
    const found: Difference[] = [];
    compare(this.#pattern, actual, false, new Somewhere(found, ''));
    return found;
  }

  /** Shows the pattern on one line, for messages. */
  toString(): string {
    return show(this.#pattern);
  }
}

/**
 * Whether a value matches a pattern.
 *
 * @param actual - The value, as it came over the wire.
 * @param pattern - The pattern: see {@link Pattern}.
 * @throws QmpOptionError like {@link Matcher}.
 *
 * @example
 * matches({ reason: 'guest-reset', guest: true }, { guest: true }) // true
 */
export function matches(actual: unknown, pattern: Pattern): boolean {
  return new Matcher(pattern).matches(actual);
}

/**
 * Formats differences for a message, one a line.
 *
 * @example
 * describeDifferences(new Matcher({ id: 'disk0' }).differences({ id: 'nic0' }))
 * // ['id: expected "disk0", got "nic0"']
 */
export function describeDifferences(found: readonly Difference[]): string[] {
  return found.map(({ path, reason }) => (path === '' ? reason : `${path}: ${reason}`));
}

/** A place in the value, which may collect the differences found there. */
interface Place {
  /**
   * Reports that the value differs here. It always returns false. If it collects, the comparison goes on
   * elsewhere.
   */
  differs(reason: () => string): false;
  readonly collects: boolean;
  member(key: string): Place;
  element(index: number): Place;
}

/** A place that collects nothing: only the answer counts. */
const NOWHERE: Place = {
  differs: () => false,
  collects: false,
  member: () => NOWHERE,
  element: () => NOWHERE,
};

class Somewhere implements Place {
  readonly collects = true;
  readonly #found: Difference[];
  readonly #path: string;

  constructor(found: Difference[], path: string) {
    this.#found = found;
    this.#path = path;
  }

  differs(reason: () => string): false {
    this.#found.push({ path: this.#path, reason: reason() });
    return false;
  }

  member(key: string): Place {
    return new Somewhere(this.#found, this.#path === '' ? key : `${this.#path}.${key}`);
  }

  element(index: number): Place {
    return new Somewhere(this.#found, `${this.#path}[${index}]`);
  }
}

/** Whether a value matches a copied pattern. */
function compare(pattern: Pattern, actual: unknown, exact: boolean, place: Place): boolean {
  const differs = (): false => place.differs(() => `expected ${show(pattern)}, got ${showGot(actual)}`);
  if (isAsymmetric(pattern)) return pattern.asymmetricMatch(actual) === true || differs();
  if (typeof pattern === 'function')
    return isAccepted(pattern as (actual: unknown) => unknown, actual, place);
  if (typeof pattern !== 'object' || pattern === null) return isSameScalar(pattern, actual) || differs();
  if (isRegExp(pattern)) return (typeof actual === 'string' && pattern.test(actual)) || differs();
  const whole = exactPart(pattern);
  if (whole !== undefined) return compare(whole.pattern, actual, true, place);
  if (Array.isArray(pattern)) {
    return Array.isArray(actual) ? compareElements(pattern, actual, exact, place) : differs();
  }
  return typeof actual === 'object' && actual !== null && !Array.isArray(actual)
    ? compareMembers(pattern as Members, actual as Members, exact, place)
    : differs();
}

type Members = Readonly<Record<string, unknown>>;

function isAccepted(predicate: (actual: unknown) => unknown, actual: unknown, place: Place): boolean {
  const answer = predicate(actual);
  if (answer === true) return true;
  return place.differs(() =>
    answer === false
      ? `${show(predicate)} refuses ${showGot(actual)}`
      : `${show(predicate)} returned ${show(answer)} for ${showGot(actual)}; a predicate returns true or false`,
  );
}

function compareElements(
  pattern: readonly unknown[],
  actual: readonly unknown[],
  exact: boolean,
  place: Place,
): boolean {
  if (actual.length !== pattern.length) {
    return place.differs(
      () => `expected ${count(pattern.length)}, got ${count(actual.length)}: ${show(actual)}`,
    );
  }
  let same = true;
  for (let index = 0; index < pattern.length; index++) {
    same = compare(pattern[index], actual[index], exact, place.element(index)) && same;
    if (!same && !place.collects) return false;
  }
  return same;
}

function compareMembers(pattern: Members, actual: Members, exact: boolean, place: Place): boolean {
  let same = true;
  for (const key of Object.keys(pattern)) {
    const member = Object.hasOwn(actual, key) ? actual[key] : undefined;
    same = compareMember(pattern[key], member, exact, place.member(key)) && same;
    if (!same && !place.collects) return false;
  }
  if (!exact) return same;
  for (const key of Object.keys(actual)) {
    if (key in pattern || actual[key] === undefined) continue;
    same = place.member(key).differs(() => `unexpected ${show(actual[key])}`);
    if (!place.collects) return false;
  }
  return same;
}

/** A member of an object: `undefined` if it is not there, as on the wire. */
function compareMember(pattern: Pattern, actual: unknown, exact: boolean, place: Place): boolean {
  if (actual !== undefined) {
    if (pattern !== undefined) return compare(pattern, actual, exact, place);
    return place.differs(() => `expected none, got ${show(actual)}`);
  }
  if (pattern === undefined || (isAsymmetric(pattern) && pattern.asymmetricMatch(undefined) === true)) {
    return true;
  }
  return place.differs(() => `missing; expected ${show(pattern)}`);
}

/** Whether two scalars are the same on the wire, if `1n` and `1` are one integer. */
function isSameScalar(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  const mixed =
    (typeof a === 'bigint' && typeof b === 'number') || (typeof a === 'number' && typeof b === 'bigint');
  // oxlint-disable-next-line eqeqeq -- 1n == 1 is the comparison by value that is wanted here
  return mixed && a == b;
}

const count = (length: number): string => (length === 1 ? '1 element' : `${length} elements`);
const showGot = (actual: unknown): string => (actual === undefined ? 'nothing' : show(actual));
