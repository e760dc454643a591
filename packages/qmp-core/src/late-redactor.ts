/** The part of a redactor that may not be there; see `Redactor`. */
export interface LateRedactor {
  value(value: unknown): unknown;
  text(text: string): string;
}

/** A registered symbol: matchers may have loaded another copy of this package than a client has. */
const KEY: unique symbol = Symbol.for('qmp-test.redactor');

const shared = globalThis as { [KEY]?: () => LateRedactor };

/**
 * Offers the class to {@link lateRedactor} of every copy of this package. It's called when the class's module
 * is loaded.
 */
export function offerRedactor(maker: () => LateRedactor): void {
  shared[KEY] ??= maker;
}

/**
 * Makes a redactor, if a module of this process has loaded what that takes: each client and each mock does.
 * It's for code that has nothing to redact before that, and is loaded by every test file.
 *
 * @returns A new redactor, or `undefined` if there is no client or mock whose secrets could be told.
 * @example
 * lateRedactor()?.text(message) ?? message
 */
export function lateRedactor(): LateRedactor | undefined {
  return shared[KEY]?.();
}
