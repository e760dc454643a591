/** A first look at a file. */
export interface FileGlance {
  readonly kind: 'file' | 'directory' | 'device' | 'other';
  /** Its size, in bytes. */
  readonly size: number;
  /** Its first 4096 bytes, or fewer if it is shorter. */
  readonly head: Uint8Array;
}

/**
 * Reads and writes files. A relative path begins in QEMU's working directory. Each method throws a system
 * error.
 */
export interface HostFiles {
  /** Gives the text of a file. */
  read(path: string): string;
  /** Writes a text to a file, which is made, emptied, or with `append` extended. */
  write(path: string, text: string | Uint8Array, options?: { readonly append?: boolean | undefined }): void;
  /**
   * Opens a file for reading and writing, without waiting for the other end of a pipe, and closes it again.
   */
  assertOpens(path: string): void;
  /** Looks at a file without reading the whole of it; `undefined` if it isn't there, or can't be opened. */
  peek(path: string): FileGlance | undefined;
  /** Tells why a file couldn't be read (`No such file or directory`); `undefined` if it could. */
  whyNotReadable(path: string): string | undefined;
  /**
   * Tells why a file couldn't be written (`No such file or directory`); `undefined` if it could. Writes
   * nothing.
   */
  whyNotWritable(path: string): string | undefined;
}
