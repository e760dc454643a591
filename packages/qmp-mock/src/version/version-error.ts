/**
 * A QEMU version is asked for that is not there: it is neither one of the package's own nor a folder that
 * `qmp-mock learn` wrote. The message says which there are, and how to learn another.
 */
export class QemuVersionError extends RangeError {
  override readonly name = 'QemuVersionError';
  readonly code = 'QMP_MOCK_VERSION';
}
