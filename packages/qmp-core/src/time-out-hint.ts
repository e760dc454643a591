import { QmpTimeoutError } from './errors.ts';

/** A registered symbol, because a mock and a client may have loaded two copies of this package. */
const KEY: unique symbol = Symbol.for('qmp-test.timeOutHint');

interface Hinted {
  [KEY]?: () => string | undefined;
}

/**
 * Lets a mock say what a client waits for in vain: its words go into the client's time-out errors.
 *
 * @param target - A client, or the stream that one speaks over.
 * @param hint - Gives the words, or `undefined` if there is nothing to say. It's called at each time-out.
 * @example
 * setTimeOutHint(stream, () => mock.findings())
 */
export function setTimeOutHint(target: object, hint: () => string | undefined): void {
  Object.defineProperty(target, KEY, { value: hint, configurable: true });
}

/** Adds the first hint that one of the targets has to the message of an error, if that's a time-out. */
export function addTimeOutHint(error: unknown, ...targets: readonly object[]): void {
  if (!(error instanceof QmpTimeoutError)) return;
  for (const target of targets) {
    const hint = (target as Hinted)[KEY]?.();
    if (hint === undefined) continue;
    error.message += `; ${hint}`;
    return;
  }
}
