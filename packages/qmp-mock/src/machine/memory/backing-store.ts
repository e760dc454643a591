import { ImageError, type ByteFile, type ImageFiles } from '../block/image/byte-file.ts';

/** Error number of a file that isn't there. */
const ENOENT = 2;

/**
 * Makes the file of a memory backend, or gives an empty one its size, as `file_ram_alloc` in QEMU's
 * `system/physmem.c` does. A larger one stays as it is.
 *
 * @param size - Bytes of the memory.
 * @returns Whether the backend can have it: a file that is smaller, or no plain file, isn't touched.
 */
export function makeBackingStore(files: ImageFiles, path: string, size: number): boolean {
  let file: ByteFile;
  try {
    file = open(files, path);
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
  try {
    if (file.isSpecial === true || (file.size > 0 && file.size < size)) return false;
    if (file.size === 0) file.truncate(size);
    return true;
  } finally {
    file.close();
  }
}

function open(files: ImageFiles, path: string): ByteFile {
  try {
    return files.open(path, { writable: true });
  } catch (error) {
    if (!(error instanceof ImageError) || error.errno !== ENOENT) throw error;
    return files.open(path, { writable: true, create: true });
  }
}
