import { genericError } from '../command.ts';

const GIB = 1024 ** 3;

/** A device's memory in the space for such. */
export interface Placed {
  readonly id: string | undefined;
  /** Its first address. */
  readonly address: number;
  /** Bytes of the space that it takes. */
  readonly size: number;
}

/** A wish for a place. */
export interface Wanted {
  readonly size: number;
  /** The address that was asked for. */
  readonly address: number | undefined;
  /** Multiple of which address and size are, in bytes. */
  readonly alignment: number;
}

/** The part of a PC's addresses that is for memory of devices (`hw/mem/memory-device.c`). */
export class AddressSpace {
  readonly #base: number;
  readonly #size: number;
  /** Bytes that devices may have together. */
  readonly #room: number;
  readonly #placed: Placed[] = [];

  /**
   * @param base - Its first address.
   * @param room - Bytes that devices may have together.
   * @param slots - Places for modules. For each there is some more space, so that it can be aligned.
   */
  constructor(base: number, room: number, slots: number) {
    this.#base = base;
    this.#room = room;
    this.#size = room + slots * GIB;
  }

  /** Its memories, from the lowest address on. */
  get placed(): readonly Placed[] {
    return this.#placed;
  }

  /** Finds the address for a device's memory. Throws QEMU's refusal. */
  find({ size, address, alignment }: Wanted): number {
    const used = this.#placed.reduce((sum, one) => sum + one.size, 0);
    if (used + size > this.#room) {
      throw genericError(
        `not enough space, currently ${hex(used)} in use of total space for memory devices ${hex(this.#room)}`,
      );
    }
    if (address !== undefined && address % alignment !== 0) {
      throw genericError(`address must be aligned to ${hex(alignment)} bytes`);
    }
    if (size % alignment !== 0) {
      throw genericError(`backend memory size must be multiple of ${hex(alignment)}`);
    }
    return address === undefined ? this.#free(size, alignment) : this.#asked(address, size);
  }

  /** Puts a device's memory where {@link find} said. */
  place(placed: Placed): void {
    this.#placed.push(placed);
    this.#placed.sort((a, b) => a.address - b.address);
  }

  /** Takes a device's memory away. */
  remove(placed: Placed): void {
    const at = this.#placed.indexOf(placed);
    if (at >= 0) this.#placed.splice(at, 1);
  }

  #asked(address: number, size: number): number {
    if (address < this.#base || address + size > this.#base + this.#size) {
      throw genericError(
        `can't add memory device [${hex(address)}:${hex(size)}], usable range for memory devices [${hex(this.#base)}:${hex(this.#size)}]`,
      );
    }
    const other = this.#placed.find(
      (one) => one.address < address + size && address < one.address + one.size,
    );
    if (other === undefined) return address;
    throw genericError(`address range conflicts with memory device id='${other.id ?? '(unnamed)'}'`);
  }

  #free(size: number, alignment: number): number {
    let address = Math.ceil(this.#base / alignment) * alignment;
    for (const one of this.#placed) {
      if (address + size <= one.address) break;
      const end = one.address + one.size;
      if (address < end) address = Math.ceil(end / alignment) * alignment;
    }
    if (address + size <= this.#base + this.#size) return address;
    throw genericError(
      'could not find position in guest address space for memory device - memory fragmented due to alignments',
    );
  }
}

/** Lowest address above 4 GiB that isn't memory from the start, on a PC (`pc_get_device_memory_range`). */
export function baseOfDeviceMemory(kind: 'pc' | 'q35', memory: number): number {
  const [most, less] = kind === 'pc' ? [3.5 * GIB, 3 * GIB] : [2.75 * GIB, 2 * GIB];
  const above = memory >= most ? memory - less : 0;
  return Math.ceil((4 * GIB + above) / GIB) * GIB;
}

const hex = (value: number): string => `0x${value.toString(16)}`;
