import { type ByteFile, ImageError, type ImageFiles, ImageNotModelled } from './byte-file.ts';
import { FOREIGN_FORMATS, openForeign, type OpenForeignOptions } from './foreign/index.ts';
import type { Image } from './image.ts';
import { probeFormat } from './probe.ts';
import { Qcow2Image } from './qcow2/qcow2-image.ts';
import { RawImage } from './raw.ts';

/** Images that may stand behind each other; QEMU has no limit and ends with its stack. */
const MAX_CHAIN = 200;
const IS_DIRECTORY = 21;

/** A file of an image, as it was opened. */
export interface OpenedFile {
  readonly path: string;
  readonly format: string;
  readonly writable: boolean;
}

/** Options of {@link openImage}. */
export interface OpenOptions extends OpenForeignOptions {
  /** Format of the image. Default: its first bytes tell. */
  readonly format?: string | undefined;
  readonly writable?: boolean | undefined;
  /** Whether damage that a repair would mend is let pass. Default: not. */
  readonly repair?: boolean | undefined;
  /** Whether the backing file is opened. Default: yes. */
  readonly backing?: boolean | undefined;
  /**
   * Called with each file whose format is known and whose contents aren't looked at yet; what it throws ends
   * the opening.
   */
  readonly onFormat?: ((file: ByteFile, opened: OpenedFile) => void) | undefined;
  /** Called if a raw image that is written was only guessed to be raw. */
  readonly onGuessedRaw?: ((filename: string) => void) | undefined;
}

/**
 * Opens an image and what stands behind it.
 *
 * @throws {@link ImageError} in QEMU's words; {@link ImageNotModelled} if the format isn't modelled.
 */
export function openImage(files: ImageFiles, filename: string, options: OpenOptions = {}): Image {
  return open(files, filename, options, []);
}

function open(files: ImageFiles, filename: string, options: OpenOptions, above: readonly string[]): Image {
  if (above.length > MAX_CHAIN) throw new ImageNotModelled(`a chain of more than ${MAX_CHAIN} backing files`);
  const writable = options.writable ?? false;
  const path = pathOf(filename);
  // QEMU opens it again and again, until it has no descriptors left.
  if (above.includes(path)) throw new ImageNotModelled(`a chain of backing files that leads back to ${path}`);
  if (options.format !== undefined && !isKnownFormat(options.format)) {
    throw new ImageError(`Unknown driver '${options.format}'`);
  }
  const file = openByteFile(files, path, writable);
  try {
    const format = options.format ?? probeFormat(file, path);
    options.onFormat?.(file, { path, format, writable });
    if (format === 'raw') {
      if (options.format === undefined && writable) options.onGuessedRaw?.(path);
      return new RawImage(path, file);
    }
    if (format !== 'qcow2') return openForeign(format, file, path, options);
    const image = new Qcow2Image(path, file, files, { writable, repair: options.repair });
    if (options.backing !== false && image.header.backingFile !== undefined) {
      image.backing = openBacking(files, image, options, [...above, path]);
    }
    return image;
  } catch (error) {
    file.close();
    throw error;
  }
}

function openByteFile(files: ImageFiles, path: string, writable: boolean): ByteFile {
  if (path === '') throw new ImageError("The 'file' block driver requires a file name");
  try {
    return files.open(path, { writable });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    // A directory can be opened for reading; QEMU looks at what it is then.
    if (error.errno === IS_DIRECTORY && !writable) {
      throw new ImageError(`'file' driver requires '${path}' to be a regular file`, error.errno);
    }
    throw new ImageError(`Could not open '${path}': ${error.message}`, error.errno);
  }
}

function openBacking(
  files: ImageFiles,
  image: Qcow2Image,
  { onFormat }: OpenOptions,
  above: readonly string[],
): Image {
  const name = backingPath(image.filename, image.header.backingFile ?? '');
  try {
    return open(files, name, { format: image.header.backingFormat, onFormat }, above);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new ImageError(`Could not open backing file: ${error.message}`, error.errno);
  }
}

/** Tells whether QEMU knows a format or protocol that can be asked for. */
export function isKnownFormat(format: string): boolean {
  return format === 'raw' || format === 'qcow2' || FOREIGN_FORMATS.includes(format);
}

/**
 * Gives the name under which a backing file is opened: a relative one begins in the directory of the image.
 */
export function backingPath(image: string, backing: string): string {
  if (backing.startsWith('/') || /^[a-z][\w+.-]*:/i.test(backing)) return backing;
  const directory = image.lastIndexOf('/');
  return directory === -1 ? backing : image.slice(0, directory + 1) + backing;
}

/**
 * Gives the path that a name stands for: `file:` in front is taken away.
 *
 * @throws {@link ImageNotModelled} for other protocols and for `json:`.
 */
export function pathOf(filename: string): string {
  if (filename.startsWith('file:')) return filename.slice(5);
  const protocol = /^([a-z][\w+.-]*):/i.exec(filename)?.[1];
  if (protocol !== undefined && !filename.startsWith('./'))
    throw new ImageNotModelled(`the protocol ${protocol}`);
  return filename;
}

/** Closes an image and all that stand behind it. */
export function closeChain(image: Image): void {
  for (let each: Image | undefined = image; each !== undefined; each = each.backing) each.close();
}
