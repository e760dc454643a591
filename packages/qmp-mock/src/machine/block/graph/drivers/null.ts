import type { NodeDriver, OpenRequest } from '../node.ts';
import { notModelled } from '../../../../engine/not-modelled.ts';

/** Size of a device that was given none, in bytes. */
const DEFAULT_SIZE = 1024 ** 3;

/** `null-co` and `null-aio`: they read as zeros, and forget what is written. */
export function openNull(name: string, { options }: OpenRequest): NodeDriver {
  const shownSize = (options.get('size') as number | bigint | undefined) ?? DEFAULT_SIZE;
  const zeros = options.get('read-zeroes') === true;
  const size = Math.ceil(Number(shownSize) / 512) * 512;
  return {
    name,
    shownSize: typeof shownSize === 'bigint' ? shownSize : size,
    strongOptions: ['size', 'latency-ns', 'read-zeroes'],
    size: () => (Number.isSafeInteger(size) ? size : notModelled('a disk of so many bytes')),
    read: (_offset, length) => new Uint8Array(length),
    write: () => {},
    zero: () => {},
    discard: () => {},
    *extents(offset, length) {
      if (length > 0) yield { offset, length, kind: zeros ? 'zero' : 'data', host: offset };
    },
    allocatedSize: () => 0,
    exactFilename: () => (options.has('size') || options.has('read-zeroes') ? undefined : `${name}://`),
  };
}
