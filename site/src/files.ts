import { IMAGES } from './images.ts';
import { ImageError, makeImage, type ByteFile, type HostFiles, type ImageFiles } from './internals.ts';

/** Bytes that are kept together. */
const BLOCK = 65_536;

/** A file in memory. Blocks that nobody has written take no room. */
class MemoryFile implements ByteFile {
  readonly identity: string;
  size = 0;
  readonly #blocks = new Map<number, Uint8Array>();

  constructor(identity: string) {
    this.identity = identity;
  }

  get allocated(): number {
    return this.#blocks.size * BLOCK;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#each(offset, length, (number, from, to, at) => {
      const block = this.#blocks.get(number);
      if (block !== undefined) bytes.set(block.subarray(from, to), at);
    });
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#each(offset, bytes.length, (number, from, to, at) => {
      let block = this.#blocks.get(number);
      if (block === undefined) this.#blocks.set(number, (block = new Uint8Array(BLOCK)));
      block.set(bytes.subarray(at, at + to - from), from);
    });
    this.size = Math.max(this.size, offset + bytes.length);
  }

  truncate(size: number): void {
    for (const number of this.#blocks.keys()) if (number * BLOCK >= size) this.#blocks.delete(number);
    const rest = size % BLOCK;
    if (rest > 0) this.#blocks.get(Math.floor(size / BLOCK))?.fill(0, rest);
    this.size = size;
  }

  close(): void {}

  /** Goes through the blocks of a range, with the part of each, and where that is in the range. */
  #each(
    offset: number,
    length: number,
    visit: (number: number, from: number, to: number, at: number) => void,
  ): void {
    for (let at = 0; at < length;) {
      const from = (offset + at) % BLOCK;
      const to = Math.min(BLOCK, from + length - at);
      visit(Math.floor((offset + at) / BLOCK), from, to, at);
      at += to - from;
    }
  }
}

/** The files of a machine in the playground: a folder in memory. */
export class Files implements HostFiles, ImageFiles {
  readonly #files = new Map<string, MemoryFile>();

  constructor() {
    for (const image of IMAGES) makeImage(this, image);
  }

  open(path: string, { create = false }: { readonly create?: boolean }): ByteFile {
    let file = this.#find(path);
    if (file === undefined || create) {
      if (!create) throw new ImageError('No such file or directory', 2);
      const name = nameOf(path);
      this.#files.set(name, (file = new MemoryFile(name)));
    }
    return file;
  }

  inflate(): never {
    throw new ImageError('Compressed clusters cannot be read in a browser', 95);
  }

  deflate(): never {
    throw new ImageError('Compressed clusters cannot be written in a browser', 95);
  }

  read(path: string): string {
    const file = this.#find(path) ?? missing(path);
    return new TextDecoder().decode(file.read(0, file.size));
  }

  write(path: string, text: string | Uint8Array, { append = false } = {}): void {
    const file = this.open(path, { create: !append || this.#find(path) === undefined });
    file.write(append ? file.size : 0, typeof text === 'string' ? new TextEncoder().encode(text) : text);
  }

  remove(path: string): void {
    this.#files.delete(nameOf(path));
  }

  assertOpens(path: string): void {
    if (this.#find(path) === undefined) missing(path);
  }

  peek(path: string): ReturnType<HostFiles['peek']> {
    const file = this.#find(path);
    return file && { kind: 'file', size: file.size, head: file.read(0, Math.min(4096, file.size)) };
  }

  whyNotReadable(path: string): string | undefined {
    return this.#find(path) === undefined ? 'No such file or directory' : undefined;
  }

  /** There is one folder: what lies in another isn't there. */
  whyNotWritable(path: string): string | undefined {
    return nameOf(path).includes('/') || path === '' ? 'No such file or directory' : undefined;
  }

  #find(path: string): MemoryFile | undefined {
    return this.#files.get(nameOf(path));
  }
}

/** The name of a file in the one folder that there is. */
const nameOf = (path: string): string => path.replace(/^(?:\.?\/)+/, '');

function missing(path: string): never {
  throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), {
    code: 'ENOENT',
    errno: -2,
  });
}
