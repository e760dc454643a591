import { isZero } from './big-endian.ts';
import type { ByteFile } from './byte-file.ts';
import { assertInside, type Extent, type Image } from './image.ts';

/** Holes of a file are looked for in steps of this many bytes, a page of the usual file systems. */
const PAGE = 4096;
/** Zeros are written in pieces of this many bytes. */
const PIECE = 1 << 20;

/** An image whose file is the disk itself. */
export class RawImage implements Image {
  readonly format: string = 'raw';
  readonly filename: string;
  readonly #file: ByteFile;

  constructor(filename: string, file: ByteFile) {
    this.filename = filename;
    this.#file = file;
  }

  /** File behind the image. */
  get file(): ByteFile {
    return this.#file;
  }

  get size(): number {
    return Math.ceil(this.#file.size / 512) * 512;
  }

  read(offset: number, length: number): Uint8Array {
    assertInside(this, offset, length);
    return this.#file.read(offset, length);
  }

  write(offset: number, bytes: Uint8Array): void {
    assertInside(this, offset, bytes.length);
    this.#file.write(offset, bytes);
  }

  zero(offset: number, length: number): void {
    assertInside(this, offset, length);
    for (let done = 0; done < length; done += PIECE) {
      const piece = Math.min(PIECE, length - done);
      if (!isZero(this.#file.read(offset + done, piece)))
        this.#file.write(offset + done, new Uint8Array(piece));
    }
  }

  /**
   * Tells data from holes. Node can't ask a file system for holes: a file that takes its whole size on the
   * disk has none, and in any other a page of zeros counts as a hole. QEMU writes the first page of a new
   * file, zeros or not: the file takes more of the disk then than its other pages need.
   */
  *extents(offset: number, length: number): Iterable<Extent> {
    assertInside(this, offset, length);
    // The end of the last sector isn't in the file.
    const { size } = this.#file;
    const inFile = Math.max(0, Math.min(length, size - offset));
    if (inFile > 0) yield* this.#inFile(offset, inFile);
    if (length > inFile) {
      const start = offset + inFile;
      yield { offset: start, length: length - inFile, kind: 'zero', host: start };
    }
  }

  *#inFile(offset: number, length: number): Iterable<Extent> {
    const { allocated } = this.#file;
    if (allocated !== undefined && allocated >= this.#file.size) {
      yield { offset, length, kind: 'data', host: offset };
      return;
    }
    const found = [...this.#scan(offset, length)];
    const [first, ...rest] = found;
    const needed = found.reduce((sum, each) => sum + (each.kind === 'data' ? each.length : 0), 0);
    if (
      first?.offset === 0 &&
      first.kind === 'zero' &&
      allocated !== undefined &&
      allocated >= needed + PAGE
    ) {
      const page = Math.min(PAGE, first.length);
      yield { offset: 0, length: page, kind: 'data', host: 0 };
      if (first.length > page) yield { offset: page, length: first.length - page, kind: 'zero', host: page };
      yield* rest;
    } else yield* found;
  }

  *#scan(offset: number, length: number): Iterable<Extent> {
    const end = offset + length;
    let start = offset;
    let kind: Extent['kind'] | undefined;
    for (let at = offset; at < end;) {
      const piece = this.#file.read(at, Math.min(PIECE, end - at));
      for (let page = 0; page < piece.length; page += PAGE) {
        const next = isZero(piece.subarray(page, page + PAGE)) ? 'zero' : 'data';
        if (kind !== undefined && next !== kind) {
          yield { offset: start, length: at + page - start, kind, host: start };
          start = at + page;
        }
        kind = next;
      }
      at += piece.length;
    }
    if (kind !== undefined) yield { offset: start, length: end - start, kind, host: start };
  }

  resize(size: number): void {
    this.#file.truncate(size);
  }

  close(): void {
    this.#file.close();
  }
}
