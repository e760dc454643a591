import { concat, setU16, setU32 } from '../image/big-endian.ts';

/** A number of 16, 32 or 64 bits, or bytes as they are. */
export type Field = readonly [bits: 16 | 32 | 64, value: number | bigint] | Uint8Array;

/** Lays out fields one behind the other, numbers in big-endian order. */
export function pack(...fields: readonly Field[]): Uint8Array {
  return concat(fields.map((field) => (field instanceof Uint8Array ? field : packNumber(...field))));
}

function packNumber(bits: 16 | 32 | 64, value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(bits / 8);
  if (bits === 16) setU16(bytes, 0, Number(value));
  else if (bits === 32) setU32(bytes, 0, Number(value));
  else new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** Reads a number of 64 bits exactly. */
export function bigU64(bytes: Uint8Array, at: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at);
}

/** Bytes that have come and that nobody has taken yet. */
export class ByteQueue {
  #pieces: Uint8Array[] = [];
  /** Bytes of the first piece that were taken already. */
  #taken = 0;
  #length = 0;

  /** Number of bytes. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes at the end. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** Takes that many bytes from the front; there have to be as many. */
  take(length: number): Uint8Array {
    if (length > this.#length) throw new RangeError(`Expected ${length} bytes, got ${this.#length}`);
    const bytes = new Uint8Array(length);
    let done = 0;
    let used = 0;
    while (done < length) {
      const piece = this.#pieces[used] ?? new Uint8Array();
      const part = piece.subarray(this.#taken, this.#taken + length - done);
      bytes.set(part, done);
      done += part.length;
      this.#taken += part.length;
      if (this.#taken < piece.length) break;
      this.#taken = 0;
      used += 1;
    }
    this.#pieces.splice(0, used);
    this.#length -= length;
    return bytes;
  }
}

/** A conversation that asks for a number of bytes and is given exactly as many. */
export type Reading<T> = Generator<number, T, Uint8Array>;

/** Bytes are thrown away in pieces of this size. */
const PIECE = 65_536;

/** Reads bytes and throws them away. */
export function* drop(length: number): Reading<void> {
  for (let left = length; left > 0; left -= PIECE) yield Math.min(left, PIECE);
}
