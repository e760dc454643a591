import { ImageError, type ImageFiles, ImageNotModelled } from '../machine/block/image/byte-file.ts';
import { makeFile, withNewFile } from '../machine/block/image/make-image.ts';
import { isKnownFormat, pathOf } from '../machine/block/image/open-image.ts';
import { createQcow2 } from '../machine/block/image/qcow2/create.ts';
import { COMPRESSION } from '../machine/block/image/qcow2/header.ts';
import { ImgFailure } from './context.ts';
import type { CreateOptions, WritableFormat } from './option-tables.ts';

/** Formats that QEMU makes and that aren't modelled. */
const FOREIGN = new Set([
  ...['vmdk', 'vdi', 'vhdx', 'vpc', 'luks', 'qcow', 'qed', 'parallels'],
  // Protocols and filters can be named as formats, too.
  ...[
    'blkdebug',
    'blklogwrites',
    'blkverify',
    'compress',
    'copy-before-write',
    'copy-on-read',
    'file',
    'ftp',
  ],
  ...[
    'ftps',
    'gluster',
    'host_cdrom',
    'host_device',
    'http',
    'https',
    'iscsi',
    'iser',
    'nbd',
    'nfs',
    'null-aio',
  ],
  ...['null-co', 'nvme', 'preallocate', 'quorum', 'rbd', 'replication', 'snapshot-access', 'ssh', 'throttle'],
  'vvfat',
]);
/** Formats that QEMU only reads. */
const READ_ONLY = new Set(['bochs', 'cloop', 'dmg']);
/** Options whose value can be given but whose work isn't modelled, with the value that asks for nothing. */
const IDLE: readonly (readonly [name: string, idle: string])[] = [
  ['extended_l2', 'off'],
  ['data_file_raw', 'off'],
  ['encryption', 'off'],
];

/** Reads the name of a format, or fails as QEMU does. */
export function writableFormat(format: string, unknown: string): WritableFormat {
  if (format === 'raw' || format === 'qcow2') return format;
  if (READ_ONLY.has(format))
    throw new ImgFailure(`Format driver '${format}' does not support image creation`);
  if (FOREIGN.has(format)) throw new ImageNotModelled(`writing the image format ${format}`);
  throw new ImgFailure(unknown);
}

/**
 * Makes an image.
 *
 * @throws {@link ImageError} in QEMU's words if an option is wrong or the file can't be made.
 */
export function makeImage(
  files: ImageFiles,
  filename: string,
  format: WritableFormat,
  options: CreateOptions,
): void {
  const size = Number(options.get('size') ?? 0);
  const preallocation = options.get('preallocation') ?? 'off';
  const bytes = Math.ceil(size / 512) * 512;
  if (format === 'qcow2') {
    assertModelled(options);
    return withNewFile(files, filename, (file) => {
      try {
        checkQcow2(options);
        createQcow2(file, qcow2Options(options, bytes));
      } catch (error) {
        // What was there before is gone by then.
        if (error instanceof ImageError) files.remove(pathOf(filename));
        throw error;
      }
    });
  }
  if (!PREALLOCATIONS.includes(preallocation)) {
    throw new ImageError(`invalid parameter value: ${preallocation}`);
  }
  if (preallocation === 'off') return makeFile(files, filename, bytes);
  withNewFile(files, filename, (file) => {
    if (preallocation === 'metadata') {
      throw new ImageError(`Unsupported preallocation mode: ${preallocation}`);
    }
    for (let at = 0; at < bytes; at += 1 << 20) file.write(at, new Uint8Array(Math.min(1 << 20, bytes - at)));
  });
}

const PREALLOCATIONS = ['off', 'metadata', 'falloc', 'full'];

/** Says what isn't modelled, before anything is changed. */
function assertModelled(options: CreateOptions): void {
  for (const [name, idle] of IDLE) {
    const value = options.get(name);
    if (value !== undefined && value !== idle) throw new ImageNotModelled(`qcow2 with ${name}=${value}`);
  }
  for (const name of ['data_file', 'encrypt.format']) {
    if (options.has(name)) throw new ImageNotModelled(`qcow2 with ${name}`);
  }
  const preallocation = options.get('preallocation') ?? 'off';
  if (['metadata', 'falloc', 'full'].includes(preallocation) && !options.has('backing_file')) {
    throw new ImageNotModelled(`qcow2 with preallocation=${preallocation}`);
  }
}

/** Looks at the options in the order in which QEMU reads them (`BlockdevCreateOptionsQcow2`). */
function checkQcow2(options: CreateOptions): void {
  const accept = (name: string, value: string | undefined, values: readonly string[]): void => {
    if (value !== undefined && !values.includes(value)) {
      throw new ImageError(`Parameter '${name}' does not accept value '${value}'`);
    }
  };
  accept('version', options.get('compat'), ['0.10', '1.1', 'v2', 'v3']);
  const backingFormat = options.get('backing_fmt');
  if (backingFormat !== undefined && !isKnownFormat(backingFormat)) {
    throw new ImageError(`Parameter 'backing-fmt' does not accept value '${backingFormat}'`);
  }
  const preallocation = options.get('preallocation');
  accept('preallocation', preallocation, PREALLOCATIONS);
  accept('compression-type', options.get('compression_type'), ['zlib', 'zstd']);
  if (options.has('backing_file') && (preallocation ?? 'off') !== 'off') {
    throw new ImageError(
      'Backing file and preallocation can only be used at the same time if extended_l2 is on',
    );
  }
}

function qcow2Options(options: CreateOptions, size: number): Parameters<typeof createQcow2>[1] {
  const version = ['0.10', 'v2'].includes(options.get('compat') ?? '1.1') ? 2 : 3;
  return {
    size,
    version,
    clusterSize: Number(options.get('cluster_size')),
    refcountBits: Number(options.get('refcount_bits')),
    compressionType: options.get('compression_type') === 'zstd' ? COMPRESSION.zstd : COMPRESSION.zlib,
    lazyRefcounts: options.get('lazy_refcounts') === 'on',
    backingFile: options.get('backing_file'),
    backingFormat: options.get('backing_fmt'),
  };
}
