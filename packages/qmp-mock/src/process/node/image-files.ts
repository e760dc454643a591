import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type ByteFile, ImageError, type ImageFiles } from '../../machine/block/image/byte-file.ts';
import { strerror } from '../strerror.ts';

/** Bits of the window that qcow2 wants its compressed clusters to have. */
const WINDOW_BITS = 12;
/** Folder for files that QEMU forgets at the end, unless `TMPDIR` names another. */
const TEMPORARY = '/var/tmp';
/** A block of `st_blocks`. */
const DISK_BLOCK = 512;

/**
 * Images in the files of this process.
 *
 * @example
 * const context: ImgContext = { ...rest, files: NODE_IMAGE_FILES }
 */
export const NODE_IMAGE_FILES: ImageFiles = {
  open(path, { writable, create = false }) {
    const access = writable ? constants.O_RDWR : constants.O_RDONLY;
    const fd = told(() =>
      openSync(path, access | (create ? constants.O_CREAT | constants.O_TRUNC : 0), 0o644),
    );
    const stats = fstatSync(fd);
    if (!stats.isDirectory()) {
      return new NodeByteFile(fd, `${stats.dev}:${stats.ino}`, !stats.isFile());
    }
    closeSync(fd);
    // A directory can be opened for reading only; QEMU looks and says so.
    throw new ImageError('Is a directory', 21);
  },
  temporary: {
    name: () => join(process.env['TMPDIR'] ?? TEMPORARY, `vl.${randomBytes(4).toString('hex').slice(0, 6)}`),
    remove: (path) => rmSync(path, { force: true }),
  },
  remove: (path) => told(() => rmSync(path, { force: true })),
  inflate: (bytes, size) =>
    new Uint8Array(zlib().inflateRawSync(bytes, { maxOutputLength: size, finishFlush: 2 })),
  deflate: (bytes) => new Uint8Array(zlib().deflateRawSync(bytes, { windowBits: WINDOW_BITS })),
  zstd:
    'zstd' in process.versions
      ? {
          compress: (bytes) => new Uint8Array(zstd().zstdCompressSync(bytes)),
          decompress: (bytes, size) =>
            new Uint8Array(zstd().zstdDecompressSync(bytes, { maxOutputLength: size })),
        }
      : undefined,
};

/** The module, which is loaded only if something is compressed. */
const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');

/** Functions that Node's module has from 22.15 on. */
interface ZstdOfNode {
  zstdCompressSync(bytes: Uint8Array): Uint8Array;
  zstdDecompressSync(bytes: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array;
}

const zstd = (): ZstdOfNode => zlib() as unknown as ZstdOfNode;

class NodeByteFile implements ByteFile {
  readonly identity: string;
  readonly isSpecial: boolean;
  readonly #fd: number;
  #closed = false;

  constructor(fd: number, identity: string, isSpecial: boolean) {
    this.#fd = fd;
    this.identity = identity;
    this.isSpecial = isSpecial;
  }

  get size(): number {
    return fstatSync(this.#fd).size;
  }

  get allocated(): number {
    return fstatSync(this.#fd).blocks * DISK_BLOCK;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (offset > Number.MAX_SAFE_INTEGER) return bytes;
    told(() => {
      for (let done = 0; done < length;) {
        const count = readSync(this.#fd, bytes, done, length - done, offset + done);
        if (count === 0) break;
        done += count;
      }
    });
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    told(() => {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#fd, bytes, done, bytes.length - done, offset + done);
      }
    });
  }

  truncate(size: number): void {
    told(() => ftruncateSync(this.#fd, size));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }
}

/** Puts a system error into the words of the C library. */
function told<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    throw new ImageError(strerror(error), Math.abs(errno ?? 5));
  }
}
