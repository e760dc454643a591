import { type ByteFile, ImageNotModelled } from '../byte-file.ts';
import type { Extent, Image } from '../image.ts';

/** Facts about an image that its headers tell. */
export interface SizedFacts {
  /** Size of the disk in bytes. */
  readonly size: number;
  /** Bytes that are allocated at once, if the format has such. */
  readonly clusterSize?: number | undefined;
  readonly encrypted?: true | undefined;
  /** Members of `format-specific`, in the order in which the human form prints them. */
  readonly specific?: readonly (readonly [string, unknown])[] | undefined;
}

/** Reads the headers of a format. Throws an `ImageError` in QEMU's words, or an {@link ImageNotModelled}. */
export type FactsReader = (file: ByteFile, filename: string) => SizedFacts;

/** An image of another program's format: it's recognised and sized, but its contents aren't modelled. */
export class SizedImage implements Image {
  readonly format: string;
  readonly filename: string;
  readonly facts: SizedFacts;
  readonly file: ByteFile;

  constructor(format: string, filename: string, file: ByteFile, facts: SizedFacts) {
    this.format = format;
    this.filename = filename;
    this.file = file;
    this.facts = facts;
  }

  get size(): number {
    return this.facts.size;
  }

  read(): Uint8Array {
    return this.#contents();
  }

  write(): void {
    this.#contents();
  }

  zero(): void {
    this.#contents();
  }

  extents(): Iterable<Extent> {
    return this.#contents();
  }

  resize(): void {
    this.#contents();
  }

  close(): void {
    this.file.close();
  }

  #contents(): never {
    throw new ImageNotModelled(`the contents of ${this.format} images`);
  }
}
