import { QmpError } from 'qmp-core';

/**
 * The conversation wasn't as the script expected. `mock.verify()` throws one error for everything, and
 * `message` is the whole report.
 *
 * @example
 * try { mock.verify() }
 * catch (error) { if (error instanceof MockVerificationError) console.error(error.message) }
 */
export class MockVerificationError extends QmpError {
  static {
    this.prototype.name = 'MockVerificationError';
  }
  /** Stable code; match on this rather than on `message`. */
  readonly code = 'QMP_MOCK_VERIFICATION';
}
