/**
 * A QEMU cannot be learned from: it is not one, it ends or hangs at once, or it emulates another processor.
 */
export class LearnError extends Error {
  override readonly name = 'LearnError';
  readonly code = 'QMP_MOCK_LEARN';
}
