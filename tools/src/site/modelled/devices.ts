import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../../lib/versions.ts';

/** The part of a recorded model that says what came of it. */
interface Model {
  readonly plugged?: boolean;
  readonly needs?: unknown;
  readonly refused?: string;
  readonly hot?: string;
}

/** The fate of each device model of a version. */
export function deviceCells(version: string): ReadonlyMap<string, string> {
  const lines = readFileSync(join(dataFolder(version), 'models.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return new Map(
    lines.map((line) => {
      const [name, model] = JSON.parse(line) as [string, Model];
      return [name, cellOf(model)];
    }),
  );
}

function cellOf({ plugged, needs, refused, hot }: Model): string {
  if (plugged !== true) return refused === undefined ? 'refused, as by QEMU' : 'checked only';
  const when = hot === undefined ? 'modelled' : 'modelled at the start';
  return needs === undefined ? when : `${when}; needs properties`;
}
