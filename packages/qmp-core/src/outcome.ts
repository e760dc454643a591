/**
 * Why a call failed, as something that makes the error.
 *
 * Inside, promises resolve with a value or a `Failure` and never reject; the public, `async` methods throw.
 * So no rejection can go unhandled in here, and each call gets an error of its own, made where the caller waits.
 */
export class Failure {
  /** Makes the error, or gives the reason of an abort as it is. */
  readonly make: () => unknown;

  constructor(make: () => unknown) {
    this.make = make;
  }
}

/** The value, or the error thrown. */
export function unwrap<T>(outcome: T | Failure): T {
  if (outcome instanceof Failure) throw outcome.make();
  return outcome;
}
