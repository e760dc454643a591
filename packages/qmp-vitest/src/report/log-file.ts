import { basename } from 'node:path';
import { visible } from 'qmp-core/redact';
import { describeEntries } from '../transcript/print.ts';
import { removeOwnFile, writeOwnFile, type OwnFile } from './own-file.ts';
import type { MachineStory } from './story.ts';

/** The test that a log belongs to. */
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

/** First line of every log, which identifies our own files. */
const SIGNATURE = 'qmp-vitest: log of a failed test';

/**
 * Writes the full log of a failed test, with every message whole. Returns its path, relative to `root` if it
 * lies below that. The file name combines the test file's name, the test's name and its id, so that two
 * tests, workers or shards never write the same file.
 *
 * @throws the system's error if the file can't be made.
 */
export function writeLogFile(
  directory: string,
  test: LoggedTest,
  machines: readonly MachineStory[],
  root?: string,
): string {
  return writeOwnFile(logOf(directory, test, root), logText(test, machines));
}

/** Removes the log that {@link writeLogFile} wrote for this test in an earlier run, if any. */
export function removeLogFile(directory: string, test: LoggedTest, root?: string): void {
  removeOwnFile(logOf(directory, test, root));
}

const logOf = (directory: string, test: LoggedTest, root: string | undefined): OwnFile => ({
  directory,
  name: logFileName(test),
  signature: SIGNATURE,
  root,
});

/** Longest part of a file name that comes from the user's names. The file system allows 255 bytes in all. */
const NAME_LIMIT = 80;

/** Name of a test's log: readable first, unique last. */
export const logFileName = (test: LoggedTest): string => `${fileNameOf(test)}.log`;

/** Name of a file about a test, without its end. */
export function fileNameOf(test: LoggedTest): string {
  const attempt = test.attempt > 0 ? `-attempt${test.attempt + 1}` : '';
  const name = [basename(test.file).replace(/\.(test|spec)\.[a-z]+$/, ''), ...test.names].join(' ');
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, NAME_LIMIT)
    .replace(/^[-.]+|(?<![-.])[-.]+$/g, '');
  return `${slug || 'test'}-${test.id.replace(/[^\w-]+/g, '_')}${attempt}`;
}

function logText(test: LoggedTest, machines: readonly MachineStory[]): string {
  const head = `${test.file} > ${test.names.join(' > ')}${test.attempt > 0 ? ` (attempt ${test.attempt + 1})` : ''}`;
  return [`${SIGNATURE}\n${head}`, ...machines.map(machineText), ''].join('\n\n');
}

function machineText(machine: MachineStory): string {
  const arrows = describeEntries(machine.entries);
  const lines = machine.entries.map(({ at, connection, text }, index) => {
    const time = at === undefined ? '' : `${at.toFixed(3).padStart(11)} ms  `;
    const number = connection === undefined ? '' : `#${connection} `;
    return `${time}${number}${arrows[index]?.arrow ?? ''}  ${visible(text, { oneLine: true })}`;
  });
  return [
    `== ${machine.name}: ${machine.what}`,
    ...section('command line', machine.commandLine),
    ...section('to try it by hand', machine.byHand),
    ...section('exit', machine.exit),
    ...section('QMP, as it was sent and received', lines.join('\n')),
    ...section('findings', machine.findings),
    ...section('stderr', machine.stderr),
  ].join('\n');
}

function section(title: string, text: string | undefined): string[] {
  return text === undefined ? [] : [`-- ${title}`, text.trimEnd() === '' ? '(none)' : text.trimEnd()];
}
