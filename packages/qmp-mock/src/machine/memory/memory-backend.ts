import type { QDict } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';

/**
 * How many bytes a process can map at all: the 128 TiB that Linux gives it on x86-64. What is below may be
 * refused, too; that depends on the host.
 */
export const MOST_MEMORY: number = 2 ** 47;

/** QEMU's refusal of memory that the host does not have, by the name of the memory. */
export function cannotAllocate(name: string): string {
  return `cannot set up guest memory '${name}': Cannot allocate memory`;
}

/** Refuses sizes that a memory backend cannot have; a size is in bytes. */
export function checkMemoryBackend(type: string, id: string, properties: QDict): void {
  const size = properties.get('size') as number | bigint | undefined;
  if (size === undefined) return;
  if (size === 0) throw genericError(`property 'size' of ${type} doesn't take value '0'`);
  if (size < 0) throw genericError('cannot set up guest memory: out of memory');
  if (size < MOST_MEMORY) return;
  if (type !== 'memory-backend-ram') notModelled(`a ${type} of ${size} bytes`);
  throw genericError(cannotAllocate(id));
}
