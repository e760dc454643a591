import { ImageError } from '../machine/block/image/byte-file.ts';
import type { Image } from '../machine/block/image/image.ts';
import { openImage, type OpenOptions } from '../machine/block/image/open-image.ts';
import { Qcow2Image } from '../machine/block/image/qcow2/qcow2-image.ts';
import { ImgFailure, type ImgContext } from './context.ts';

/** QEMU's warning at a raw image that is written although nobody said that it's raw. */
export function rawWarning(filename: string): string {
  return (
    `WARNING: Image format was not specified for '${filename}' and probing guessed raw.\n` +
    '         Automatically detecting the format is dangerous for raw images, write operations on block 0 will be restricted.\n' +
    "         Specify the 'raw' format explicitly to remove the restrictions.\n"
  );
}

/** Opens the image that a command names, or ends the command in QEMU's words. */
export function openFor(context: ImgContext, filename: string, options: OpenOptions, status = 1): Image {
  try {
    return openImage(context.files, filename, {
      ...options,
      onGuessedRaw: (name) => context.stderr(rawWarning(name)),
    });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new ImgFailure(`Could not open '${filename}': ${error.message}`, status);
  }
}

/** Gives the qcow2 that an image is, if it is one. */
export function asQcow2(image: Image): Qcow2Image | undefined {
  return image instanceof Qcow2Image ? image : undefined;
}
