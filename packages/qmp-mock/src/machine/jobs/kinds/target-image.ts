import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError } from '../../command.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import { describeFilename } from '../../block/graph/describe-filename.ts';
import { ImageError, ImageNotModelled } from '../../block/image/byte-file.ts';
import { formattingLine, makeImage } from '../../block/image/make-image.ts';
import { isKnownFormat } from '../../block/image/open-image.ts';
import type { JobParts } from './parts.ts';

/** A new image that a command asks for. */
export interface NewTarget {
  readonly filename: string;
  readonly format: string;
  readonly size: number;
  /** Node that the image gets as its backing file. */
  readonly backing?: BlockNode | undefined;
}

/** Makes an image for a command (`bdrv_img_create`). Throws QEMU's refusal. */
export function makeTarget({ files, print }: Pick<JobParts, 'files' | 'print'>, target: NewTarget): void {
  const { filename, format, size, backing } = target;
  if (format !== 'raw' && format !== 'qcow2') {
    if (isKnownFormat(format)) notModelled(`an image of the format ${format}`);
    throw genericError(`Unknown file format '${format}'`);
  }
  if (files === undefined) notModelled(`the file ${filename}`);
  if (backing !== undefined && format === 'raw') {
    throw genericError("Backing file not supported for file format 'raw'");
  }
  const behind = backing?.skippingImplicit;
  const image = {
    filename,
    format,
    size,
    backing:
      behind === undefined
        ? undefined
        : { filename: describeFilename(behind).filename, format: behind.driver },
  } as const;
  try {
    print(formattingLine(image));
    makeImage(files, image);
  } catch (error) {
    throw refusalOfImage(error);
  }
}

/** The refusal, or "not modelled", that stands for an error of the image code. */
export function refusalOfImage(error: unknown): unknown {
  if (error instanceof ImageNotModelled) notModelled(error.message);
  return error instanceof ImageError ? genericError(error.message) : error;
}
