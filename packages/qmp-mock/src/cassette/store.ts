import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { optionError } from 'qmp-core/internal';
import type { Cassette } from './cassette.ts';
import { findDrift } from './drift.ts';
import { CassetteMissingError } from './errors.ts';
import { parseCassette, printCassette } from './format.ts';

/**
 * What is done with the file of a cassette.
 *
 * - `replay`: it is played; where there is none, that is said, and nothing is recorded.
 * - `record`: it is played where there is one, and recorded where there is none.
 * - `update`: it is recorded anew, and replaced where the conversation has changed.
 * - `lockdown`: nothing is written; one that is missing or has drifted is an error. The default where `CI` is set.
 */
export type CassetteMode = 'replay' | 'record' | 'update' | 'lockdown';

/** All of {@link CassetteMode}. */
export const CASSETTE_MODES: readonly CassetteMode[] = ['replay', 'record', 'update', 'lockdown'];

/**
 * The mode that the environment asks for: `QMP_CASSETTE_MODE`, else `lockdown` where `CI` is set, else `replay`.
 *
 * @throws QmpOptionError where the variable names none.
 */
export function cassetteMode(env: Readonly<Record<string, string | undefined>> = process.env): CassetteMode {
  const named = env['QMP_CASSETTE_MODE'];
  if (named === undefined || named === '') return isSet(env['CI']) ? 'lockdown' : 'replay';
  const mode = CASSETTE_MODES.find((known) => known === named);
  if (mode !== undefined) return mode;
  throw optionError('QMP_CASSETTE_MODE', `one of ${CASSETTE_MODES.join(', ')}`, named);
}

const isSet = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false'].includes(value);

/**
 * Reads a cassette.
 *
 * @throws CassetteMissingError where there is no such file; CassetteFormatError where it is no cassette.
 */
export function readCassette(file: string): Cassette {
  if (!existsSync(file)) throw new CassetteMissingError(`There is no cassette ${file}`);
  return parseCassette(readFileSync(file, 'utf8'), file);
}

/** What {@link saveCassette} did. */
export type Saved = 'created' | 'updated' | 'unchanged';

/**
 * Writes a cassette's file. One that has the same conversation is left as it is: neither times nor the order of what the monitor
 * says between two commands is a change.
 *
 * @returns What became of the file.
 */
export function saveCassette(file: string, cassette: Cassette): Saved {
  const text = printCassette(cassette);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (before !== undefined && (before === text || isSame(before, cassette))) return 'unchanged';
  mkdirSync(dirname(file), { recursive: true });
  // Whole or not at all: a reader never sees half a cassette.
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, file);
  return before === undefined ? 'created' : 'updated';
}

function isSame(before: string, cassette: Cassette): boolean {
  try {
    const recorded = parseCassette(before);
    const { header, shapes } = cassette;
    const sameHead =
      printCassette({ ...recorded, lines: [] }) === printCassette({ header, shapes, lines: [] });
    const [a, b] = [greetings(recorded), greetings(cassette)];
    return sameHead && a === b && findDrift(recorded, cassette).length === 0;
  } catch {
    // What cannot be read is written anew.
    return false;
  }
}

function greetings({ lines }: Cassette): string {
  return JSON.stringify(lines.filter((line) => line.kind === 'greeting').map(({ greeting }) => greeting));
}
