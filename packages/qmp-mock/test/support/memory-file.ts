import type { ByteFile } from '../../src/machine/block/image/byte-file.ts';

/** A file in memory, whose room doubles. */
export class MemoryFile implements ByteFile {
  size = 0;
  #room: Uint8Array = new Uint8Array(1024);

  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.size);
  }

  read(offset: number, length: number): Uint8Array {
    const part = new Uint8Array(length);
    part.set(this.bytes.subarray(offset, offset + length));
    return part;
  }

  write(offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > this.size) this.truncate(offset + bytes.length);
    this.#room.set(bytes, offset);
  }

  truncate(size: number): void {
    if (size > this.#room.length) {
      const old = this.bytes;
      this.#room = new Uint8Array(size * 2);
      this.#room.set(old);
    } else this.#room.fill(0, size);
    this.size = size;
  }

  close(): void {}
}
