import { roundUp, setU16, setU64 } from '../big-endian.ts';
import { type ByteFile, ImageError } from '../byte-file.ts';
import {
  COMPRESSION,
  INCOMPATIBLE,
  l1EntriesFor,
  LAZY_REFCOUNTS,
  type Qcow2Header,
  writeHeader,
} from './header.ts';
import { writeCounter } from './refcounts.ts';

/** Options of a new qcow2 image, checked. */
export interface Qcow2CreateOptions {
  /** Size of the disk in bytes. */
  readonly size: number;
  /** Version of the format. Default 3. */
  readonly version?: 2 | 3 | undefined;
  /** Size of a cluster in bytes, a power of two from 512 to 2 MiB. Default 65536. */
  readonly clusterSize?: number | undefined;
  /** Bits of a reference counter, a power of two up to 64. Default 16. */
  readonly refcountBits?: number | undefined;
  readonly lazyRefcounts?: boolean | undefined;
  /** Way in which clusters are compressed, one of {@link COMPRESSION}. Default: zlib. */
  readonly compressionType?: number | undefined;
  readonly backingFile?: string | undefined;
  readonly backingFormat?: string | undefined;
}

const MAX_L1_BYTES = 32 << 20;

/**
 * Writes an empty qcow2 image into a file that was just made: a header, the table and the first block of
 * reference counters, and the first-level table, in this order.
 *
 * @throws {@link ImageError} in QEMU's words if an option is wrong.
 */
export function createQcow2(file: ByteFile, options: Qcow2CreateOptions): void {
  const { size, version = 3, clusterSize = 65_536, refcountBits = 16, lazyRefcounts = false } = options;
  const compressionType = options.compressionType ?? COMPRESSION.zlib;
  checkOptions({ ...options, compressionType, version, clusterSize, refcountBits, lazyRefcounts });
  const l1Entries = l1EntriesFor(size, clusterSize);
  if (l1Entries * 8 > MAX_L1_BYTES) {
    throw new ImageError(
      "The image size is too large for file format 'qcow2' (try using a larger cluster size)",
      27,
    );
  }
  const l1Clusters = Math.max(1, Math.ceil((l1Entries * 8) / clusterSize));
  const perBlock = (clusterSize * 8) / refcountBits;
  let blocks = 1;
  while (2 + blocks + l1Clusters > blocks * perBlock) blocks += 1;
  const tableBytes = blocks * 8;
  if (tableBytes > clusterSize) throw new ImageError('File too large', 27);
  const clusters = 2 + blocks + (l1Entries === 0 ? 0 : l1Clusters);
  const header: Qcow2Header = {
    version,
    clusterBits: Math.log2(clusterSize),
    size,
    l1Entries,
    l1Offset: l1Entries === 0 ? 0 : (2 + blocks) * clusterSize,
    refcountTableOffset: clusterSize,
    refcountTableClusters: 1,
    snapshots: 0,
    snapshotsOffset: 0,
    incompatible: compressionType === COMPRESSION.zlib ? 0 : INCOMPATIBLE.compressionType,
    compatible: lazyRefcounts ? LAZY_REFCOUNTS : 0,
    autoclear: 0,
    refcountOrder: Math.log2(refcountBits),
    compressionType,
    backingFile: options.backingFile,
    backingFormat: options.backingFormat,
    bitmaps: undefined,
    unknown: [],
  };
  const table = new Uint8Array(clusterSize);
  const counters = new Uint8Array(blocks * clusterSize);
  for (let block = 0; block < blocks; block += 1) setU64(table, block * 8, (2 + block) * clusterSize);
  for (let cluster = 0; cluster < clusters; cluster += 1) {
    if (refcountBits === 16) setU16(counters, cluster * 2, 1);
    else writeCounter(counters, cluster, refcountBits, 1);
  }
  file.truncate((2 + blocks) * clusterSize + (l1Entries === 0 ? 0 : roundUp(l1Entries * 8, 8)));
  file.write(clusterSize, table);
  if (l1Entries > 0) file.write(header.l1Offset, new Uint8Array(l1Entries * 8));
  file.write(2 * clusterSize, counters);
  writeHeader(file, header);
}

function checkOptions(options: {
  version: number;
  clusterSize: number;
  refcountBits: number;
  lazyRefcounts: boolean;
  compressionType: number;
  backingFile?: string | undefined;
  backingFormat?: string | undefined;
}): void {
  const { version, clusterSize, refcountBits, lazyRefcounts } = options;
  if (clusterSize < 512 || clusterSize > 2 << 20 || !Number.isInteger(Math.log2(clusterSize))) {
    throw new ImageError('Cluster size must be a power of two between 512 and 2048k');
  }
  if (options.backingFormat !== undefined && options.backingFile === undefined) {
    throw new ImageError('Backing format cannot be used without backing file');
  }
  if (refcountBits > 64 || refcountBits < 1 || !Number.isInteger(Math.log2(refcountBits))) {
    throw new ImageError('Refcount width must be a power of two and may not exceed 64 bits');
  }
  if (version < 3 && lazyRefcounts) {
    throw new ImageError(
      'Lazy refcounts only supported with compatibility level 1.1 and above (use version=v3 or greater)',
    );
  }
  if (version < 3 && refcountBits !== 16) {
    throw new ImageError(
      'Different refcount widths than 16 bits require compatibility level 1.1 or above (use version=v3 or greater)',
    );
  }
  if (version < 3 && options.compressionType !== COMPRESSION.zlib) {
    throw new ImageError(
      'Non-zlib compression type is only supported with compatibility level 1.1 and above (use version=v3 or greater)',
    );
  }
}
