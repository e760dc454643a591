import { type ByteFile, ImageError, type ImageFiles, ImageNotModelled, type Zstd } from '../byte-file.ts';
import { COMPRESSION, type Qcow2Header } from './header.ts';
import type { Refcounts } from './refcounts.ts';
import { zstdFrameLength } from './zstd-frames.ts';

/** Place of a compressed cluster in the file. */
export interface PackedPlace {
  readonly offset: number;
  /** Number of bytes that it takes. */
  readonly length: number;
}

/** Compressed clusters of a qcow2 file: they follow each other within the clusters of the file. */
export class CompressedClusters {
  readonly #file: ByteFile;
  readonly #files: ImageFiles;
  readonly #refcounts: Refcounts;
  readonly #clusterSize: number;
  readonly #isZstd: boolean;
  /** Place at which the next one may begin, in the middle of a cluster of the file. */
  #end = 0;

  constructor(file: ByteFile, files: ImageFiles, header: Qcow2Header, refcounts: Refcounts) {
    this.#file = file;
    this.#files = files;
    this.#refcounts = refcounts;
    this.#clusterSize = 2 ** header.clusterBits;
    this.#isZstd = header.compressionType === COMPRESSION.zstd;
  }

  /** Reads a cluster. */
  read({ offset, length }: PackedPlace): Uint8Array {
    const packed = this.#file.read(offset, length);
    const zstd = this.#isZstd ? this.#zstd() : undefined;
    try {
      if (zstd === undefined) return this.#files.inflate(packed, this.#clusterSize);
      return this.#joined(packed, zstd);
    } catch {
      throw new ImageError('Input/output error', 5);
    }
  }

  /** Decompresses frames until the cluster is full. */
  #joined(packed: Uint8Array, zstd: Zstd): Uint8Array {
    const whole = new Uint8Array(this.#clusterSize);
    let done = 0;
    for (let rest = packed; done < whole.length;) {
      const length = zstdFrameLength(rest);
      if (length === 0) throw new Error('the frames end too early');
      const part = zstd.decompress(rest.subarray(0, length), whole.length - done);
      whole.set(part, done);
      done += part.length;
      rest = rest.subarray(length);
    }
    return whole;
  }

  /** Compresses a whole cluster; `undefined` if that doesn't make it shorter. */
  pack(bytes: Uint8Array): Uint8Array | undefined {
    const packed = this.#isZstd ? this.#zstd().compress(bytes) : this.#files.deflate(bytes);
    return packed.length >= this.#clusterSize ? undefined : packed;
  }

  /** Writes a compressed cluster behind the last one, if there's room, or else into a new cluster. */
  write(packed: Uint8Array): PackedPlace {
    const { length } = packed;
    const used = this.#end % this.#clusterSize;
    let offset = this.#end;
    if (used !== 0 && used + length <= this.#clusterSize) this.#refcounts.add(offset, length, 1);
    else offset = this.#refcounts.allocate(length);
    this.#end = offset + length;
    this.#file.write(offset, packed);
    return { offset, length };
  }

  #zstd(): Zstd {
    const { zstd } = this.#files;
    if (zstd === undefined) {
      throw new ImageNotModelled('clusters compressed with zstd, which this Node.js lacks (22.15 has it)');
    }
    return zstd;
  }
}
