/**
 * Thrown if a program can't be learned from: it isn't a QEMU, it ends or hangs at once, or it emulates
 * another processor.
 */
export class LearnError extends Error {
  override readonly name = 'LearnError';
  readonly code = 'QMP_MOCK_LEARN';
}
