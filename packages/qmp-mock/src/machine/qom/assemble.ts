import type { ObjectRecord } from './object-record.ts';
import { QomObject, type ObjectPlace } from './qom-object.ts';

/**
 * Puts recorded objects together: the whole comes first, and each after the one that it is in.
 *
 * @param root - Path of the whole.
 * @param place - The special place of one of them, by its path and by its path in the recording.
 * @param rename - The name of what was recorded under another.
 */
export function assemble(
  records: readonly ObjectRecord[],
  root: string,
  place: (path: string, recorded: string) => ObjectPlace,
  rename: (pattern: string) => string = (pattern) => pattern,
): QomObject | undefined {
  const objects = new Map<string, QomObject>();
  for (const record of records) {
    const [own] = record;
    const object = new QomObject(record, place(root + own.split('/').map(rename).join('/'), own));
    objects.set(own, object);
    const at = own.lastIndexOf('/');
    if (at >= 0) objects.get(own.slice(0, at))?.children.set(rename(own.slice(at + 1)), object);
  }
  return objects.get('');
}
