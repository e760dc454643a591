import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { compareVersions } from '../internals/versions.ts';
import { UserError } from '../lib/user-error.ts';
import { programAt, type Program } from './program.ts';

const ON_PATH = 'qemu-system-x86_64';
const NAMED = /^QMP_QEMU_(\d+)_(\d+)$/;

/** How `--qemu` is described in the help of every command that has it. */
export const QEMU_HELP =
  'a QEMU, for example 7.2=/usr/bin/qemu-system-x86_64; may be repeated. ' +
  'Default: those of QMP_QEMU_7_2, QMP_QEMU_10_0, …, and QMP_QEMU_BINARY or qemu-system-x86_64 on PATH';

/**
 * The QEMUs to work with, each version once, the oldest first.
 *
 * @param given - Values of `--qemu`: `VERSION=PATH` or `PATH`. With any, nothing else is looked at.
 * @throws UserError if a binary is of another version than it is said to be, or cannot be run.
 */
export function findQemus(given: readonly string[] = []): Program[] {
  const found = new Map<string, Program>();
  const add = (path: string, version?: string): void => {
    const program = programAt(path);
    if (version !== undefined && version !== program.version)
      throw new UserError(`${path} is QEMU ${program.version}, not ${version}`);
    if (!found.has(program.version)) found.set(program.version, program);
  };
  for (const text of given) {
    const [, version, path = text] = /^(\d+\.\d+)=(.+)$/.exec(text) ?? [];
    add(path, version);
  }
  if (given.length === 0) {
    for (const [variable, path = ''] of Object.entries(process.env)) {
      const [, major, minor] = NAMED.exec(variable) ?? [];
      if (major !== undefined && path !== '') add(path, `${major}.${minor}`);
    }
    const path = process.env['QMP_QEMU_BINARY'] || onPath();
    if (path !== undefined) add(path);
  }
  return [...found.values()].toSorted((a, b) => compareVersions(a.version, b.version));
}

/** As {@link findQemus}, for what cannot do without any. */
export function requireQemus(given: readonly string[] = []): Program[] {
  const found = findQemus(given);
  if (found.length > 0) return found;
  throw new UserError(`There is no QEMU: give one with --qemu, or with QMP_QEMU_7_2=PATH in the environment`);
}

function onPath(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, ON_PATH))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
