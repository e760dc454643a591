import { QmpError } from 'qmp-core';

/**
 * What the mock expected is not what came: thrown by `mock.verify()`, once for everything. `message` is the whole
 * report; there is nothing else to open.
 */
export class MockVerificationError extends QmpError {
  static {
    this.prototype.name = 'MockVerificationError';
  }
  /** Stable code; match on this rather than on `message`. */
  readonly code = 'QMP_MOCK_VERIFICATION';
}
