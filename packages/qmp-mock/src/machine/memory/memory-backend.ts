import type { QDict } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';

/** Refuses sizes that a memory backend cannot have; a size is in bytes. */
export function checkMemoryBackend(type: string, properties: QDict): void {
  const size = properties.get('size');
  if (size === 0) throw genericError(`property 'size' of ${type} doesn't take value '0'`);
  if (size !== undefined && (size as number | bigint) < 0) {
    throw genericError('cannot set up guest memory: out of memory');
  }
}
