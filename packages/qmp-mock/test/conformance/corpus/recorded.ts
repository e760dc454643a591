import type { Case, Recording } from '../../../../../tools/src/conformance/corpus-case.ts';
import { readRows } from '../../../../../tools/src/lib/json-lines.ts';

/** The cases. */
export const cases: readonly Case[] = readRows<Case>(new URL('cases.jsonl', import.meta.url));

/** Answers of a version's QEMU, by the id of the case. */
export function recordings(version: string): Map<string, Recording> {
  const rows = readRows<Recording>(new URL(`${version}.jsonl`, import.meta.url));
  return new Map(rows.map((row) => [row.id, row]));
}
