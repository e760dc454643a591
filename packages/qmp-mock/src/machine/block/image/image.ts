/** A part of an image whose bytes come from the same place. */
export interface Extent {
  /** First byte of the part. */
  readonly offset: number;
  /** Length of the part in bytes. */
  readonly length: number;
  /** Whether the image has data there, knows that there are zeros, or leaves the part to its backing file. */
  readonly kind: 'data' | 'zero' | 'unallocated';
  /**
   * Offset in the image's file at which data stands as it is; without it, data is compressed or isn't there.
   */
  readonly host?: number | undefined;
  /** Whether data is compressed. */
  readonly compressed?: boolean | undefined;
}

/** A disk image, as whoever reads and writes its contents sees it. */
export interface Image {
  /** Format in QEMU's words, for example `qcow2`. */
  readonly format: string;
  /** Name under which the image was opened. */
  readonly filename: string;
  /** Size of the disk in bytes. */
  readonly size: number;
  /** Image behind this one, if it has one and it was opened. */
  readonly backing?: Image | undefined;
  /** Reads contents; parts that the image doesn't have come from its backing file, or are zeros. */
  read(offset: number, length: number): Uint8Array;
  /** Writes contents. */
  write(offset: number, bytes: Uint8Array): void;
  /** Makes a part read as zeros; with `unmap` it gives back the space that the part took. */
  zero(offset: number, length: number, options?: { readonly unmap?: boolean }): void;
  /** Tells where a part comes from; extents follow each other from `offset` to `offset + length`. */
  extents(offset: number, length: number): Iterable<Extent>;
  /** Changes the size of the disk. */
  resize(size: number): void;
  /** Closes the image's file, but not its backing image. */
  close(): void;
}

/** Refuses a part that isn't inside of the image. */
export function assertInside(image: Image, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > image.size) {
    throw new RangeError(`Expected a part inside of ${image.size} bytes, got ${length} bytes at ${offset}`);
  }
}
