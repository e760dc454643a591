import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { FileGlance, HostFiles } from '../host-files.ts';
import { strerror } from '../strerror.ts';

/**
 * The files of this process.
 *
 * @example
 * NODE_FILES.read('/etc/qemu/qemu.conf')
 */
export const NODE_FILES: HostFiles = {
  read: (path) => readFileSync(path, 'utf8'),
  write(path, text, { append = false } = {}) {
    writeFileSync(path, text, { flag: append ? 'a' : 'w' });
  },
  assertOpens(path) {
    closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
  },
  peek,
  whyNotReadable,
  whyNotWritable,
};

function whyNotReadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return strerror(error);
  }
}

function whyNotWritable(path: string): string | undefined {
  if (path === '') return 'No such file or directory';
  try {
    if (!statSync(dirname(path)).isDirectory()) return 'Not a directory';
    accessSync(dirname(path), constants.X_OK);
  } catch (error) {
    return strerror(error);
  }
  try {
    if (statSync(path).isDirectory()) return 'Is a directory';
    accessSync(path, constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return strerror(error);
    try {
      accessSync(dirname(path), constants.W_OK);
    } catch (denied) {
      return strerror(denied);
    }
  }
  return undefined;
}

/** Bytes that a glance at a file gives. */
const HEAD = 4096;

function peek(path: string): FileGlance | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(descriptor);
    const head = Buffer.alloc(HEAD);
    const length = stat.isFile() ? readSync(descriptor, head, 0, HEAD, 0) : 0;
    const isDevice = stat.isBlockDevice() || stat.isCharacterDevice();
    const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : isDevice ? 'device' : 'other';
    return { kind, size: stat.size, head: head.subarray(0, length) };
  } finally {
    closeSync(descriptor);
  }
}
