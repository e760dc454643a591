import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { describeEntries } from '../transcript/print.ts';
import type { MachineStory } from './story.ts';

/** Which test a log is of. */
export interface LoggedTest {
  /** Path of the test file. */
  readonly file: string;
  /** Names of the suites and of the test, outermost first. */
  readonly names: readonly string[];
  /** Vitest's id of the test, unique in a run. */
  readonly id: string;
  /** Number of the attempt, from 0: `retry` and `repeats` give each its own log. */
  readonly attempt: number;
}

/**
 * Writes the full log of a failed test, every message whole, and gives its path, relative to `root` where it lies
 * below it. The name is made of the test file's and the test's, and of the test's id, so that no two tests, workers
 * or shards write the same file.
 */
export function writeLogFile(
  directory: string,
  test: LoggedTest,
  machines: readonly MachineStory[],
  root: string = process.cwd(),
): string {
  const folder = resolve(root, directory);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, logFileName(test));
  writeFileSync(path, logText(test, machines));
  const local = relative(root, path);
  return local.startsWith('..') ? path : local;
}

/** Removes the log that {@link writeLogFile} has written for this test in an earlier run, if it has. */
export function removeLogFile(directory: string, test: LoggedTest, root: string = process.cwd()): void {
  const path = join(resolve(root, directory), logFileName(test));
  // Looked for first, because hardly any test has one, and `rmSync` makes an error of what is not there.
  if (existsSync(path)) rmSync(path, { force: true });
}

/** Longest part of a file name that comes from names people chose; the file system allows 255 bytes in all. */
const NAME_LIMIT = 80;

/** Name of a test's log: readable first, unique last. */
export function logFileName(test: LoggedTest): string {
  const attempt = test.attempt > 0 ? `-attempt${test.attempt + 1}` : '';
  const name = [basename(test.file).replace(/\.(test|spec)\.[a-z]+$/, ''), ...test.names].join(' ');
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, NAME_LIMIT)
    .replace(/^[-.]+|[-.]+$/g, '');
  return `${slug || 'test'}-${test.id.replace(/[^\w-]+/g, '_')}${attempt}.log`;
}

function logText(test: LoggedTest, machines: readonly MachineStory[]): string {
  const head = `${test.file} > ${test.names.join(' > ')}${test.attempt > 0 ? ` (attempt ${test.attempt + 1})` : ''}`;
  return [head, ...machines.map(machineText), ''].join('\n\n');
}

function machineText(machine: MachineStory): string {
  const arrows = describeEntries(machine.entries);
  const lines = machine.entries.map(({ at, connection, text }, index) => {
    const time = at === undefined ? '' : `${at.toFixed(3).padStart(11)} ms  `;
    const number = connection === undefined ? '' : `#${connection} `;
    return `${time}${number}${arrows[index]?.arrow ?? ''}  ${text}`;
  });
  return [
    `== ${machine.name}: ${machine.what}`,
    ...section('command line', machine.commandLine),
    ...section('to try it by hand', machine.byHand),
    ...section('exit', machine.exit),
    ...section('QMP, as it was sent and received', lines.join('\n')),
    ...section('stderr', machine.stderr),
  ].join('\n');
}

function section(title: string, text: string | undefined): string[] {
  return text === undefined ? [] : [`-- ${title}`, text.trimEnd() === '' ? '(none)' : text.trimEnd()];
}
