import { strerror } from '../strerror.ts';
import type { FileGlance, HostFiles } from '../host-files.ts';
import { StartError } from '../command-line/start-error.ts';
import { notModelled } from '../../engine/not-modelled.ts';

/** A format of images: how it is recognized, and QEMU's refusal of data that isn't in it. */
interface ImageFormat {
  readonly magic: (image: FileGlance) => boolean;
  readonly refusal: (image: FileGlance, path: string) => string;
}

const text = ({ head }: FileGlance, at: number, length: number): string =>
  String.fromCharCode(...head.subarray(at, at + length));
const number = ({ head }: FileGlance, at: number): number =>
  head.length < at + 4 ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(at);
const begins =
  (magic: string) =>
  (image: FileGlance): boolean =>
    text(image, 0, magic.length) === magic;

/** `bdrv_probe` and `bdrv_open` of the drivers in QEMU's `block/`. */
const FORMATS: Readonly<Record<string, ImageFormat>> = {
  qcow2: {
    magic: (image) => text(image, 0, 4) === 'QFI\u00FB' && number(image, 4) >= 2,
    refusal: () => 'Image is not in qcow2 format',
  },
  qcow: {
    magic: (image) => text(image, 0, 4) === 'QFI\u00FB' && number(image, 4) === 1,
    refusal: () => 'Image not in qcow format',
  },
  qed: { magic: begins('QED\0'), refusal: () => 'Image not in QED format' },
  vmdk: {
    magic: (image) => ['KDMV', 'COWD', '# Di'].includes(text(image, 0, 4)),
    refusal: () => 'invalid VMDK image descriptor',
  },
  vpc: { magic: begins('conectix'), refusal: () => 'invalid VPC image' },
  vdi: {
    magic: (image) => number(image, 64) === 0x7f_10_da_be,
    refusal: (image) => {
      const signature = [67, 66, 65, 64].map((at) => (image.head[at] ?? 0).toString(16).padStart(2, '0'));
      return `Image not in VDI format (bad signature ${signature.join('')})`;
    },
  },
  luks: { magic: begins('LUKS\u00BA\u00BE'), refusal: () => "Parameter 'key-secret' is required for cipher" },
  vhdx: {
    magic: begins('vhdxfile'),
    refusal: (_image, path) => `Could not open '${path}': Invalid argument`,
  },
  parallels: {
    magic: (image) => /^Without(FreeSpace|FreSpacExt)/.test(text(image, 0, 16)),
    refusal: () => 'Image not in Parallels format',
  },
  bochs: {
    magic: begins('Bochs Virtual HD Image'),
    refusal: () => 'Image not in Bochs format',
  },
};

/** Formats that are only probed: they are opened in ways that aren't modelled. */
const PROBED = [begins('#!/bin/sh\n#V2.0 Format')];

/** An image that can be opened. */
export interface OpenedImage {
  readonly format: string;
  /** Whether the format was guessed to be raw. */
  readonly guessed: boolean;
  readonly size: number;
}

/**
 * Opens a file as an image, as far as QEMU's refusals go.
 *
 * @param driver - The driver of the file itself: `file` if a path says no more.
 * @param format - The format; probed if `undefined`.
 * @throws StartError with QEMU's words, without a place.
 */
export function openImage(
  files: HostFiles,
  path: string,
  driver: 'file' | 'host_device' | 'host_cdrom' | undefined,
  format: string | undefined,
  options: { readonly readOnly: boolean; readonly backing?: boolean },
): OpenedImage {
  const image = openFile(files, path, driver, options.readOnly);
  if (format === undefined) {
    const found = Object.keys(FORMATS).find((name) => FORMATS[name]?.magic(image));
    if (found === undefined && PROBED.some((magic) => magic(image))) notModelled(`the image ${path}`);
    if (found === undefined) return { format: 'raw', guessed: true, size: image.size };
    return openImage(files, path, driver, found, options);
  }
  if (format !== 'raw') checkFormat(files, path, image, format, options.backing !== false);
  return { format, guessed: false, size: image.size };
}

function openFile(files: HostFiles, path: string, driver: string | undefined, readOnly: boolean): FileGlance {
  const image = files.peek(path);
  if (image === undefined) throw new StartError(`Could not open '${path}': ${reason(files, path)}`);
  if (image.kind === 'directory' && driver !== 'host_device' && driver !== 'host_cdrom') {
    const refusal = `'file' driver requires '${path}' to be a regular file`;
    throw new StartError(driver === undefined ? refusal : `Could not open '${path}': Is a directory`);
  }
  if (driver !== undefined && driver !== 'file' && image.kind !== 'device') {
    throw new StartError(`'${driver}' driver requires '${path}' to be either a character or block device`);
  }
  if (!readOnly && image.kind === 'file') {
    const denied = files.whyNotWritable(path);
    if (denied !== undefined) throw new StartError(`Could not open '${path}': ${denied}`);
  }
  return image;
}

function reason(files: HostFiles, path: string): string {
  try {
    files.assertOpens(path);
    return 'No such file or directory';
  } catch (error) {
    return strerror(error);
  }
}

function checkFormat(
  files: HostFiles,
  path: string,
  image: FileGlance,
  name: string,
  withBacking: boolean,
): void {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format === undefined) notModelled(`images of format ${name}`);
  if (!format?.magic(image)) throw new StartError(format?.refusal(image, path) ?? '');
  if (name === 'luks' || name === 'qed') notModelled(`images of format ${name}`);
  if (name !== 'qcow2' || !withBacking) return;
  const [offset, length] = [number(image, 12), number(image, 16)];
  if (number(image, 8) === 0 && offset === 0) return;
  if (offset + length > image.head.length) notModelled(`the backing file of ${path}`);
  const backing = text(image, offset, length);
  if (/^[a-z][\w+.-]*:/i.test(backing)) notModelled(`the backing file ${backing}`);
  const folder =
    path.includes('/') && !backing.startsWith('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  try {
    openImage(files, `${folder}${backing}`, undefined, backingFormat(image), { readOnly: true });
  } catch (error) {
    if (error instanceof StartError) {
      throw new StartError(`Could not open backing file: ${error.message}`, { hint: error.hint });
    }
    throw error;
  }
}

/** The format of the backing file, in an extension of the header (`qcow2_read_extensions`). */
function backingFormat(image: FileGlance): string | undefined {
  let at = number(image, 4) >= 3 ? number(image, 100) : 72;
  while (at + 8 <= image.head.length && number(image, at) !== 0) {
    const length = number(image, at + 4);
    if (number(image, at) === 0xe2_79_2a_ca) return text(image, at + 8, length);
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return undefined;
}
