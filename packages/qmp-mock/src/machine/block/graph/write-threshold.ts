/** Writes behind an offset are told once (`block-set-write-threshold`). */
export class WriteThreshold {
  /** The offset in bytes; 0 if nothing is told. */
  offset: number | bigint = 0;
  /** Sends the event. */
  onPassed: ((data: Record<string, unknown>) => void) | undefined;

  /** A part of the node was written: first byte and length. */
  passed(node: string, offset: number, length: number): void {
    const threshold = Number(this.offset);
    if (threshold === 0 || offset + length <= threshold) return;
    const exceeded = offset > threshold ? offset + length - offset : offset + length - threshold;
    this.offset = 0;
    this.onPassed?.({ 'node-name': node, 'amount-exceeded': exceeded, 'write-threshold': threshold });
  }
}
