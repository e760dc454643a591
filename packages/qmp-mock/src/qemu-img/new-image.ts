import { ImageError, type ImageFiles, ImageNotModelled } from '../machine/block/image/byte-file.ts';
import { makeFile, withNewFile } from '../machine/block/image/make-image.ts';
import { createQcow2 } from '../machine/block/image/qcow2/create.ts';
import { ImgFailure } from './context.ts';
import { CreateOptions } from './option-tables.ts';

/** Formats that can be made here. */
export type WritableFormat = 'raw' | 'qcow2';

/** Formats that QEMU makes and that aren't modelled. */
const FOREIGN = new Set(['vmdk', 'vdi', 'vhdx', 'vpc', 'luks', 'qcow', 'qed', 'parallels']);
/** Options whose value can be given but whose work isn't modelled, with the value that asks for nothing. */
const IDLE: readonly (readonly [name: string, idle: string])[] = [
  ['extended_l2', 'off'],
  ['compression_type', 'zlib'],
  ['data_file_raw', 'off'],
  ['encryption', 'off'],
];

/** Reads the name of a format, or fails as QEMU does. */
export function writableFormat(format: string, unknown: string): WritableFormat {
  if (format === 'raw' || format === 'qcow2') return format;
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
  if (!['off', 'metadata', 'falloc', 'full'].includes(preallocation)) {
    throw new ImageError(`invalid parameter value: ${preallocation}`);
  }
  if (format === 'qcow2') assertModelled(options);
  if (preallocation !== 'off' && format === 'qcow2') {
    if (options.has('backing_file')) {
      throw new ImageError(
        'Backing file and preallocation can only be used at the same time if extended_l2 is on',
      );
    }
    throw new ImageNotModelled(`qcow2 with preallocation=${preallocation}`);
  }
  if (preallocation === 'metadata') throw new ImageError(`Unsupported preallocation mode '${preallocation}'`);
  const bytes = Math.ceil(size / 512) * 512;
  if (format === 'raw' && preallocation === 'off') return makeFile(files, filename, bytes);
  withNewFile(files, filename, (file) => {
    if (format === 'qcow2') return createQcow2(file, qcow2Options(options, size));
    for (let at = 0; at < bytes; at += 1 << 20) file.write(at, new Uint8Array(Math.min(1 << 20, bytes - at)));
  });
}

function assertModelled(options: CreateOptions): void {
  for (const [name, idle] of IDLE) {
    const value = options.get(name);
    if (value !== undefined && value !== idle) throw new ImageNotModelled(`qcow2 with ${name}=${value}`);
  }
  for (const name of ['data_file', 'encrypt.format']) {
    if (options.has(name)) throw new ImageNotModelled(`qcow2 with ${name}`);
  }
}

function qcow2Options(options: CreateOptions, size: number): Parameters<typeof createQcow2>[1] {
  const compat = options.get('compat') ?? '1.1';
  const version = { '0.10': 2, v2: 2, '1.1': 3, v3: 3 }[compat] as 2 | 3 | undefined;
  if (version === undefined) throw new ImageError(`Invalid parameter '${compat}'`);
  return {
    size: Math.ceil(size / 512) * 512,
    version,
    clusterSize: Number(options.get('cluster_size')),
    refcountBits: Number(options.get('refcount_bits')),
    lazyRefcounts: options.get('lazy_refcounts') === 'on',
    backingFile: options.get('backing_file'),
    backingFormat: options.get('backing_fmt'),
  };
}
