import { type ByteFile, ImageError, type ImageFiles } from '../machine/block/image/byte-file.ts';

/** Use that a command makes of a file, and what it lets others do with it meanwhile. */
export interface FileUse {
  readonly writes: boolean;
  /** Whether others may write: a raw image leaves that to whoever uses it, a format's own file doesn't. */
  readonly sharesWrites: boolean;
}

/**
 * Files with QEMU's image locks (`raw_check_lock_bytes` in `block/file-posix.c`), as far as a command meets
 * itself: Node can't see the locks of other processes.
 */
export class LockingFiles implements ImageFiles {
  readonly inflate: ImageFiles['inflate'];
  readonly deflate: ImageFiles['deflate'];
  readonly zstd: ImageFiles['zstd'];
  readonly remove: ImageFiles['remove'];
  readonly #files: ImageFiles;
  readonly #used = new Map<LockedFile, FileUse>();

  constructor(files: ImageFiles) {
    this.#files = files;
    this.inflate = (bytes, size) => files.inflate(bytes, size);
    this.deflate = (bytes) => files.deflate(bytes);
    this.zstd = files.zstd;
    this.remove = (path) => files.remove(path);
  }

  open(path: string, options: { readonly writable: boolean; readonly create?: boolean }): ByteFile {
    if (options.create === true && this.#used.size > 0) this.#checkNew(path);
    return new LockedFile(this.#files.open(path, options), (file) => this.#used.delete(file));
  }

  /** Locks an open file. Throws QEMU's refusal. */
  lock(file: ByteFile, path: string, use: FileUse): void {
    if (!(file instanceof LockedFile)) return;
    this.#check(file.identity, path, use);
    this.#used.set(file, use);
  }

  #check(identity: string | undefined, path: string, { writes, sharesWrites }: FileUse): void {
    const others = [...this.#used].filter(([file]) => identity !== undefined && file.identity === identity);
    const refuse = (lock: string): never => {
      throw new ImageError(`Failed to get ${lock} lock\nIs another process using the image [${path}]?`, 11);
    };
    if (writes && others.some(([, other]) => !other.sharesWrites)) refuse('"write"');
    if (!sharesWrites && others.some(([, other]) => other.writes)) refuse('shared "write"');
  }

  /** Looks at a file before it's emptied. */
  #checkNew(path: string): void {
    let file: ByteFile;
    try {
      file = this.#files.open(path, { writable: false });
    } catch (error) {
      if (error instanceof ImageError) return;
      throw error;
    }
    const { identity } = file;
    file.close();
    this.#check(identity, path, { writes: true, sharesWrites: true });
  }
}

/** A file whose lock ends when it's closed. */
class LockedFile implements ByteFile {
  readonly identity: string | undefined;
  readonly isSpecial: boolean | undefined;
  readonly #file: ByteFile;
  readonly #closed: (file: LockedFile) => void;

  constructor(file: ByteFile, closed: (file: LockedFile) => void) {
    this.identity = file.identity;
    this.isSpecial = file.isSpecial;
    this.#file = file;
    this.#closed = closed;
  }

  get size(): number {
    return this.#file.size;
  }

  get allocated(): number | undefined {
    return this.#file.allocated;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#file.read(offset, length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#file.write(offset, bytes);
  }

  truncate(size: number): void {
    this.#file.truncate(size);
  }

  close(): void {
    this.#closed(this);
    this.#file.close();
  }
}
