/** Two copies of this package in one program know each other's marks by this symbol. */
const EXACTLY: unique symbol = Symbol.for('qmp-core.exactly');

/** A pattern that allows no further members. */
export interface Exactly {
  readonly [EXACTLY]: unknown;
}

/**
 * Makes a pattern that matches only a value with these members and no others, at every depth. Regular
 * expressions, predicates and asymmetric matchers may stand inside.
 *
 * @example
 * mock.expect('device_del', exactly({ id: 'disk0' })) // and no other argument
 */
export function exactly(pattern: unknown): Exactly {
  return { [EXACTLY]: pattern };
}

/** The pattern inside an {@link exactly}, boxed, or `undefined` for any other pattern. */
export function exactPart(pattern: object): { pattern: unknown } | undefined {
  return EXACTLY in pattern ? { pattern: pattern[EXACTLY] } : undefined;
}
