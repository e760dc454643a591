import {
  type ByteFile,
  ImageError,
  type ImageFiles,
  ImageNotModelled,
} from '../machine/block/image/byte-file.ts';
import type { Image } from '../machine/block/image/image.ts';
import { openImage, type OpenedFile, type OpenOptions } from '../machine/block/image/open-image.ts';
import { Qcow2Image } from '../machine/block/image/qcow2/qcow2-image.ts';
import type { Snapshot } from '../machine/block/image/qcow2/snapshot-table.ts';
import { findSnapshot, listSnapshots } from '../machine/block/image/qcow2/snapshots.ts';
import { ImgFailure, type ImgContext } from './context.ts';
import { LockingFiles } from './locks.ts';

/** QEMU's warning at a raw image that is written although nobody said that it's raw. */
export function rawWarning(filename: string): string {
  return (
    `WARNING: Image format was not specified for '${filename}' and probing guessed raw.\n` +
    '         Automatically detecting the format is dangerous for raw images, write operations on block 0 will be restricted.\n' +
    "         Specify the 'raw' format explicitly to remove the restrictions.\n"
  );
}

/** Options of {@link openFor}. */
export interface OpenForOptions extends OpenOptions {
  /** Whether `-U` was given, which goes with reading only. */
  readonly share?: boolean | undefined;
  /** Exit status if it can't be opened. Default 1. */
  readonly status?: number | undefined;
}

/** Opens the image that a command names, or ends the command in QEMU's words. */
export function openFor(
  context: ImgContext,
  filename: string,
  { share = false, status = 1, ...options }: OpenForOptions,
): Image {
  try {
    if (share && options.writable === true) {
      throw new ImageError('force-share=on can only be used with read-only images');
    }
    return share
      ? openImage(context.files, filename, options)
      : openLocked(context, filename, {
          ...options,
          onGuessedRaw: (name) => context.stderr(rawWarning(name)),
        });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new ImgFailure(`Could not open '${filename}': ${error.message}`, status);
  }
}

/** Opens an image with QEMU's locks on its files. Throws {@link ImageError} in QEMU's words. */
export function openLocked({ files }: ImgContext, filename: string, options: OpenOptions): Image {
  return openImage(files, filename, { ...options, onFormat: (file, opened) => lock(files, file, opened) });
}

function lock(files: ImageFiles, file: ByteFile, { path, format, writable }: OpenedFile): void {
  if (!(files instanceof LockingFiles)) return;
  files.lock(file, path, { writes: writable, sharesWrites: format === 'raw' });
}

/** Gives the qcow2 that an image is, if it is one. */
export function asQcow2(image: Image): Qcow2Image | undefined {
  return image instanceof Qcow2Image ? image : undefined;
}

/**
 * Gives a disk as it was at an internal snapshot.
 *
 * @param wanted - Id or name of the snapshot, or a list of options with both; without it, the disk is given
 *   as it is.
 */
export function atSnapshot(image: Image, wanted: string | undefined): Image {
  if (wanted === undefined) return image;
  const qcow2 = asQcow2(image);
  if (qcow2 === undefined) {
    throw new ImgFailure(
      `Failed to load snapshot: Block format '${image.format}' used by device '' does not support ` +
        'temporarily loading internal snapshots',
    );
  }
  const found = wanted.startsWith('snapshot.') ? findByOptions(qcow2, wanted) : findSnapshot(qcow2, wanted);
  if (found === undefined) throw new ImgFailure("Failed to load snapshot: Can't find snapshot");
  return qcow2.asOf(found);
}

function findByOptions(image: Qcow2Image, text: string): Snapshot | undefined {
  const wanted = new Map(
    text.split(',').map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name, value.join('=')];
    }),
  );
  for (const name of wanted.keys()) {
    if (name !== 'snapshot.id' && name !== 'snapshot.name') {
      throw new ImageNotModelled(`the snapshot ${text}`);
    }
  }
  const [id, name] = [wanted.get('snapshot.id'), wanted.get('snapshot.name')];
  return listSnapshots(image).find(
    (each) => (id === undefined || each.id === id) && (name === undefined || each.name === name),
  );
}
