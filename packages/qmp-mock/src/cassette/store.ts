import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { optionError } from 'qmp-core/internal';
import type { Cassette } from './cassette.ts';
import { findDrift } from './drift.ts';
import { CassetteMissingError } from './errors.ts';
import { parseCassette, printCassette } from './format.ts';

/**
 * Mode of using a cassette's file.
 *
 * - `replay`: it is played. A missing one is an error, and nothing is recorded.
 * - `record`: it is played if it exists, and recorded if it doesn't.
 * - `update`: it is recorded again, and replaced if the conversation has changed.
 * - `lockdown`: nothing is written. A missing or outdated one is an error. This is the default if `CI` is
 *   set.
 */
export type CassetteMode = 'replay' | 'record' | 'update' | 'lockdown';

/**
 * Every {@link CassetteMode}.
 *
 * @example
 * program.addOption(new Option('--mode <mode>').choices(CASSETTE_MODES))
 */
export const CASSETTE_MODES: readonly CassetteMode[] = ['replay', 'record', 'update', 'lockdown'];

/**
 * The mode that the environment asks for: `QMP_CASSETTE_MODE`, else `lockdown` if `CI` is set, else `replay`.
 *
 * @throws QmpOptionError if the variable doesn't name a mode.
 *
 * @example
 * const mode = cassetteMode() // 'lockdown' on a CI machine
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
 * @throws CassetteMissingError if the file doesn't exist.
 * @throws CassetteFormatError if it isn't a cassette.
 *
 * @example
 * const player = new CassettePlayer(readCassette('backup.jsonl'))
 */
export function readCassette(file: string): Cassette {
  if (!existsSync(file)) throw new CassetteMissingError(`There is no cassette ${file}`);
  return parseCassette(readFileSync(file, 'utf8'), file);
}

/** Result of {@link saveCassette}. */
export type Saved = 'created' | 'updated' | 'unchanged';

/**
 * Writes a cassette's file, unless it already has the same conversation. Times, and the order of the
 * monitor's lines between two commands, don't count as changes.
 *
 * @returns The fate of the file.
 *
 * @example
 * console.log(saveCassette('stop.jsonl', recorder.cassette())) // 'created'
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
    // A file that can't be read is replaced.
    return false;
  }
}

function greetings({ lines }: Cassette): string {
  return JSON.stringify(lines.filter((line) => line.kind === 'greeting').map(({ greeting }) => greeting));
}
