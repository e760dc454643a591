/**
 * The reason why a call failed, which makes the error when it is needed.
 *
 * Internal promises resolve with a value or a `Failure` and never reject; the public `async` methods throw.
 * So a rejection can't go unhandled in here, and each call gets its own error, made where the caller waits.
 */
export class Failure {
  /** Makes the error, or gives the reason of an abort as it is. */
  readonly make: () => unknown;

  constructor(make: () => unknown) {
    this.make = make;
  }
}

/** Returns the value, or throws the error. */
export function unwrap<T>(outcome: T | Failure): T {
  if (outcome instanceof Failure) throw outcome.make();
  return outcome;
}
