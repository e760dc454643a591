import type { ByteFile } from '../image/byte-file.ts';
import type { BlockNode } from './node.ts';

/** A node as the file that an image is in. What lies behind its end reads as zeros. Only nodes close. */
export function bytesOf(node: BlockNode): ByteFile {
  return bytesBelow(() => node);
}

/** The same of a node that may be replaced by another. */
export function bytesBelow(child: () => BlockNode): ByteFile {
  return {
    get size() {
      return child().size;
    },
    get allocated() {
      const size = child().behaviour.allocatedSize?.();
      return size === 'unknown' ? undefined : size;
    },
    read(offset, length) {
      const known = Math.max(0, Math.min(length, child().size - offset));
      const bytes = new Uint8Array(length);
      if (known > 0) bytes.set(child().read(offset, known));
      return bytes;
    },
    write(offset, bytes) {
      if (offset + bytes.length > child().size) child().resize(offset + bytes.length);
      child().write(offset, bytes);
    },
    truncate: (size) => child().resize(size),
    close: () => {},
  };
}
