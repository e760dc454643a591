/**
 * An open file that is read and written at offsets in bytes. Each method throws an {@link ImageError} if the
 * system refuses.
 */
export interface ByteFile {
  /** Length of the file in bytes. */
  readonly size: number;
  /** Bytes that the file takes on its disk, if the system tells. */
  readonly allocated?: number | undefined;
  /** Text that is the same for all names of one file, and differs between files, if the system tells. */
  readonly identity?: string | undefined;
  /** Whether it's known to be a device or a pipe, and not a regular file. */
  readonly isSpecial?: boolean | undefined;
  /**
   * Reads. What lies behind the end of the file reads as zeros.
   *
   * @returns Exactly `length` bytes, in memory that nobody else uses.
   */
  read(offset: number, length: number): Uint8Array;
  /** Writes, and extends the file if need be. */
  write(offset: number, bytes: Uint8Array): void;
  /** Sets the length of the file in bytes; what comes new reads as zeros. */
  truncate(size: number): void;
  /** Closes the file. */
  close(): void;
}

/** Opens files, and compresses: all that image formats need of the program around them. */
export interface ImageFiles {
  /**
   * Opens a file that exists, or with `create` makes or empties one.
   *
   * @throws {@link ImageError} with the system's reason, for example `No such file or directory`.
   */
  open(path: string, options: { readonly writable: boolean; readonly create?: boolean }): ByteFile;
  /** Removes a file; one that isn't there is left so. */
  remove(path: string): void;
  /** Decompresses a raw deflate stream to at most `size` bytes. Throws if the stream is damaged. */
  inflate(bytes: Uint8Array, size: number): Uint8Array;
  /** Files that are forgotten at the end. If it's left out, images in such files aren't modelled. */
  readonly temporary?: {
    /** Names a new one. */
    name(): string;
    /** Removes one. */
    remove(path: string): void;
  };
  /** Compresses to a raw deflate stream whose window has 4 096 bytes, as qcow2 wants it. */
  deflate(bytes: Uint8Array): Uint8Array;
  /** Compression by zstd, if the program has it. */
  readonly zstd?: Zstd | undefined;
}

/** Compression by zstd, as qcow2 has it: a cluster is a frame, or more of them. */
export interface Zstd {
  /** Decompresses at most `size` bytes; what follows the frames is let be. Throws if they are damaged. */
  decompress(bytes: Uint8Array, size: number): Uint8Array;
  /** Compresses to one frame. */
  compress(bytes: Uint8Array): Uint8Array;
}

/** A refusal in QEMU's or the system's words, without a prefix. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  /** Stable code of the error. */
  readonly code = 'QMP_IMAGE';
  /** Error number on Linux that QEMU would return. */
  readonly errno: number;

  constructor(message: string, errno = 22) {
    super(message);
    this.errno = errno;
  }
}

/** A format or an option of images that isn't modelled. */
export class ImageNotModelled extends Error {
  override readonly name = 'ImageNotModelled';
  /** Stable code of the error. */
  readonly code = 'QMP_NOT_MODELLED';
}
