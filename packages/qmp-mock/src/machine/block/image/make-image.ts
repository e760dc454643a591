import { type ByteFile, ImageError, type ImageFiles } from './byte-file.ts';
import { pathOf } from './open-image.ts';
import { createQcow2 } from './qcow2/create.ts';

/** Bytes that QEMU writes into a new file, so that the file system tells its alignment (file-posix.c). */
const FIRST_PAGE = 4096;
/** Error number of a file that another user locks: QEMU doesn't say then that it couldn't be created. */
const LOCKED = 11;

/** A new image with default options (`bdrv_img_create`). */
export interface NewImage {
  readonly filename: string;
  readonly format: 'raw' | 'qcow2';
  /** Size of the disk in bytes. */
  readonly size: number;
  readonly backing?: { readonly filename: string; readonly format: string } | undefined;
}

/** The line that QEMU prints about a new image: `Formatting 'x', fmt=raw size=512`. */
export function formattingLine({ filename, format, size, backing }: NewImage): string {
  const options =
    format === 'raw'
      ? [`size=${size}`]
      : [
          'cluster_size=65536 extended_l2=off compression_type=zlib',
          `size=${size}`,
          ...(backing === undefined
            ? []
            : [`backing_file=${backing.filename.replaceAll(',', ',,')} backing_fmt=${backing.format}`]),
          'lazy_refcounts=off refcount_bits=16',
        ];
  return `Formatting '${filename}', fmt=${format} ${options.join(' ')}`;
}

/** Makes a file of so many bytes. Throws {@link ImageError} in QEMU's words. */
export function makeFile(files: ImageFiles, filename: string, size: number): void {
  withNewFile(files, filename, (file) => {
    file.truncate(size);
    file.write(0, new Uint8Array(Math.min(FIRST_PAGE, size)));
  });
}

/** Makes an image. Throws {@link ImageError} in QEMU's words. */
export function makeImage(files: ImageFiles, image: NewImage): void {
  const { filename, format, size, backing } = image;
  if (format === 'raw') makeFile(files, filename, Math.ceil(size / 512) * 512);
  else {
    withNewFile(files, filename, (file) =>
      createQcow2(file, { size, backingFile: backing?.filename, backingFormat: backing?.format }),
    );
  }
}

/** Makes a file and does something with it while it is open. Throws {@link ImageError} in QEMU's words. */
export function withNewFile(files: ImageFiles, filename: string, run: (file: ByteFile) => void): void {
  const path = pathOf(filename);
  let file: ByteFile;
  try {
    file = files.open(path, { writable: true, create: true });
  } catch (error) {
    if (!(error instanceof ImageError) || error.errno === LOCKED) throw error;
    throw new ImageError(`Could not create '${path}': ${error.message}`, error.errno);
  }
  try {
    run(file);
  } finally {
    file.close();
  }
}
