import type { NodeDriver, OpenRequest } from '../node.ts';
import { notModelled } from '../../../../engine/not-modelled.ts';
import { genericError, textOf } from '../../../command.ts';
import { type ByteFile, ImageError, type ImageFiles, ImageNotModelled } from '../../image/byte-file.ts';
import { RawImage } from '../../image/raw.ts';
import { FileLock } from '../file-locks.ts';

/** Folders whose files aren't regular ones. */
const SPECIAL = /^\/(dev|proc|sys)\//;
const IS_DIRECTORY = 21;
/** Errors after which a file that may be opened for reading only is. */
const READ_ONLY_ERRORS = new Set([1, 13, 30]);

/** `file`: a file of the host. */
export function openFile(
  files: ImageFiles | undefined,
  { node, options }: OpenRequest,
  showsSpecific: boolean,
): NodeDriver {
  const path = textOf(options, 'filename').replace(/^file:/, '');
  if (files === undefined || SPECIAL.test(path)) notModelled(`the file ${path}`);
  let file = openByteFile(files, path, node);
  if (options.get('aio') === 'native' && !node.state.direct) {
    file.close();
    throw genericError('aio=native was specified, but it requires cache.direct=on, which was not specified.');
  }
  let image = new RawImage(path, file);
  const locks = options.get('locking') !== 'off';
  const lock = locks ? new FileLock(file.identity ?? path) : undefined;
  return {
    name: 'file',
    get image() {
      return image;
    },
    memoryAlignment: 1,
    strongOptions: ['filename'],
    exactFilename: () => path,
    size: () => image.size,
    read: (offset, length) => image.read(offset, length),
    write: (offset, bytes) => image.write(offset, bytes),
    zero: (offset, length) => image.zero(offset, length),
    discard: (offset, length) => image.zero(offset, length),
    extents: (offset, length) => image.extents(offset, length),
    resize: (size) => image.resize(size),
    reopen(readOnly) {
      const again = files.open(path, { writable: !readOnly });
      file.close();
      file = again;
      image = new RawImage(path, file);
    },
    takePermissions: (needs) => lock?.take(node.active ? needs : { permissions: 0, shared: 15 }),
    imageInfo: () => ({
      'dirty-flag': false,
      ...(showsSpecific && { 'format-specific': { type: 'file', data: {} } }),
    }),
    allocatedSize: () => file.allocated,
    statistics: () => ({
      driver: 'file',
      'discard-nb-ok': 0,
      'discard-nb-failed': 0,
      'discard-bytes-ok': 0,
    }),
    close() {
      lock?.close();
      image.close();
    },
  };
}

function openByteFile(files: ImageFiles, path: string, node: OpenRequest['node']): ByteFile {
  const { state } = node;
  const open = (writable: boolean): ByteFile => {
    const file = files.open(path, { writable });
    if (file.isSpecial === true) {
      file.close();
      notModelled(`the device ${path}`);
    }
    return file;
  };
  try {
    return open(!state.readOnly);
  } catch (error) {
    if (error instanceof ImageNotModelled) notModelled(error.message);
    if (!(error instanceof ImageError)) throw error;
    if (error.errno === IS_DIRECTORY && state.readOnly) {
      throw genericError(`'file' driver requires '${path}' to be a regular file`);
    }
    if (state.autoReadOnly && READ_ONLY_ERRORS.has(error.errno)) {
      state.readOnly = true;
      return open(false);
    }
    throw genericError(`Could not open '${path}': ${error.message}`);
  }
}
