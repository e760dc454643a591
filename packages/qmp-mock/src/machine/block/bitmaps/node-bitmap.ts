import { genericError } from '../../command.ts';

/** Options of a {@link NodeBitmap}. */
export interface NodeBitmapOptions {
  /** Name; bitmaps of jobs have none. */
  readonly name?: string | undefined;
  /** Bytes for which one bit stands: a power of two. */
  readonly granularity: number;
  /** Size of the disk in bytes. */
  readonly size: number;
  /** Whether it takes note of writes. Default: yes. */
  readonly recording?: boolean | undefined;
  /** Whether it's kept in the image. Default: no. */
  readonly persistent?: boolean | undefined;
  /** Whether it was left behind by a process that ended in the middle. */
  readonly inconsistent?: boolean | undefined;
  /** Whether it can't be changed, because its node can't. */
  readonly readOnly?: boolean | undefined;
}

/** Reasons for which a bitmap can't be used (`BDRV_BITMAP_…`). */
export type BitmapFault = 'busy' | 'read-only' | 'inconsistent';

/** A part of a disk. */
export interface Run {
  readonly offset: number;
  readonly length: number;
}

/** A record of the parts of a node that were written (`BdrvDirtyBitmap`). */
export class NodeBitmap {
  readonly name: string | undefined;
  readonly granularity: number;
  readonly inconsistent: boolean;
  readOnly: boolean;
  persistent: boolean;
  recording: boolean;
  /** Whether a job or a transaction has it. */
  busy = false;
  bits: Uint8Array;
  #size: number;

  constructor(options: NodeBitmapOptions) {
    this.name = options.name;
    this.granularity = options.granularity;
    this.recording = options.recording ?? true;
    this.persistent = options.persistent ?? false;
    this.inconsistent = options.inconsistent ?? false;
    this.readOnly = options.readOnly ?? false;
    this.#size = options.size;
    this.bits = new Uint8Array(this.#bytes);
  }

  get size(): number {
    return this.#size;
  }

  get #granules(): number {
    return Math.ceil(this.#size / this.granularity);
  }

  get #bytes(): number {
    return Math.ceil(this.#granules / 8);
  }

  /** Bytes that are dirty, in whole granules. */
  get count(): number {
    let count = 0;
    for (let byte of this.bits) for (; byte !== 0; byte &= byte - 1) count += 1;
    return count * this.granularity;
  }

  /** The disk has another size. */
  resize(size: number): void {
    this.#size = size;
    const bits = new Uint8Array(this.#bytes);
    bits.set(this.bits.subarray(0, bits.length));
    this.bits = bits;
    const rest = this.#granules % 8;
    if (rest !== 0) bits[bits.length - 1]! &= (1 << rest) - 1;
  }

  /** Sets the bits of a part. */
  set(offset: number, length: number): void {
    this.#change(offset, length, (byte, mask) => byte | mask);
  }

  /** Clears the bits of a part. */
  reset(offset: number, length: number): void {
    this.#change(offset, length, (byte, mask) => byte & ~mask);
  }

  #change(offset: number, length: number, change: (byte: number, mask: number) => number): void {
    if (length <= 0) return;
    const last = Math.min(Math.floor((offset + length - 1) / this.granularity), this.#granules - 1);
    for (let bit = Math.floor(offset / this.granularity); bit <= last; bit += 1) {
      if ((bit & 7) === 0 && bit + 7 <= last) {
        this.bits[bit >> 3] = change(this.bits[bit >> 3]!, 0xff);
        bit += 7;
      } else this.bits[bit >> 3] = change(this.bits[bit >> 3]!, 1 << (bit & 7));
    }
  }

  /** Sets all bits. */
  setAll(): void {
    this.set(0, this.#size);
  }

  clear(): void {
    this.bits.fill(0);
  }

  /** Sets the bits that another has set, which may have another granularity. */
  merge(source: NodeBitmap): void {
    if (source === this) return;
    for (const { offset, length } of source.runs()) this.set(offset, Math.min(length, this.#size - offset));
  }

  /** Whether a place is dirty. */
  has(offset: number): boolean {
    const bit = Math.floor(offset / this.granularity);
    return ((this.bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  /** First dirty part at or behind a place, of at most `limit` bytes. */
  next(from: number = 0, limit: number = Infinity): Run | undefined {
    const granules = this.#granules;
    let bit = Math.floor(from / this.granularity);
    while (bit < granules && !this.#isSet(bit)) bit += (bit & 7) === 0 && this.bits[bit >> 3] === 0 ? 8 : 1;
    if (bit >= granules) return undefined;
    const offset = Math.max(from, bit * this.granularity);
    const end = Math.min(this.#size, offset + limit);
    while (bit < granules && bit * this.granularity < end && this.#isSet(bit)) bit += 1;
    return { offset, length: Math.min(end, bit * this.granularity) - offset };
  }

  /** Dirty parts. */
  *runs(): Iterable<Run> {
    for (let run = this.next(); run !== undefined; run = this.next(run.offset + run.length)) yield run;
  }

  #isSet(bit: number): boolean {
    return (this.bits[bit >> 3]! & (1 << (bit & 7))) !== 0;
  }

  /** Refuses a bitmap that can't be used as is wanted, in QEMU's words. */
  check(...faults: readonly BitmapFault[]): void {
    if (faults.includes('busy') && this.busy) {
      throw genericError(`Bitmap '${this.name}' is currently in use by another operation and cannot be used`);
    }
    if (faults.includes('read-only') && this.readOnly) {
      throw genericError(`Bitmap '${this.name}' is readonly and cannot be modified`);
    }
    if (faults.includes('inconsistent') && this.inconsistent) {
      throw genericError(`Bitmap '${this.name}' is inconsistent and cannot be used`);
    }
  }

  /** As queries show it. */
  describe(): Record<string, unknown> {
    return {
      ...(this.name === undefined ? {} : { name: this.name }),
      recording: this.recording && !this.inconsistent,
      persistent: this.persistent,
      ...(this.inconsistent ? { inconsistent: true } : {}),
      busy: this.busy,
      granularity: this.granularity,
      count: this.count,
    };
  }
}
