import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { visible } from 'qmp-core/redact';
import { describeEntries } from '../transcript/print.ts';
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
 * Only the user can read it. It replaces an older log. Anything else of that name, such as a link, stays as
 * it is, and the log gets another name.
 *
 * @throws the system's error if the file can't be made.
 */
export function writeLogFile(
  directory: string,
  test: LoggedTest,
  machines: readonly MachineStory[],
  root: string = process.cwd(),
): string {
  const folder = resolve(root, directory);
  mkdirSync(folder, { recursive: true });
  const { file, path } = createLog(folder, logFileName(test));
  try {
    writeFileSync(file, logText(test, machines));
  } finally {
    closeSync(file);
  }
  const local = relative(root, path);
  return local.startsWith('..') ? path : local;
}

/** Removes the log that {@link writeLogFile} wrote for this test in an earlier run, if any. */
export function removeLogFile(directory: string, test: LoggedTest, root: string = process.cwd()): void {
  const path = join(resolve(root, directory), logFileName(test));
  if (isOurs(path)) rmSync(path, { force: true });
}

/** Number of names to try if the first one is taken by a foreign file. */
const MOST_NAMES = 100;

function createLog(folder: string, name: string): { file: number; path: string } {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : name.replace(/\.log$/, `-${number}.log`));
    if (isOurs(path)) rmSync(path, { force: true });
    try {
      return { file: openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), path };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === MOST_NAMES) throw error;
    }
  }
}

/** Whether a file is a log of ours and not a link to one. */
function isOurs(path: string): boolean {
  // Looked for first, because hardly any test has one, and opening makes an error of what is not there.
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const head = Buffer.alloc(SIGNATURE.length);
      return readSync(file, head) === head.length && head.toString() === SIGNATURE;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/** Longest part of a file name that comes from the user's names. The file system allows 255 bytes in all. */
const NAME_LIMIT = 80;

/** Name of a test's log: readable first, unique last. */
export function logFileName(test: LoggedTest): string {
  const attempt = test.attempt > 0 ? `-attempt${test.attempt + 1}` : '';
  const name = [basename(test.file).replace(/\.(test|spec)\.[a-z]+$/, ''), ...test.names].join(' ');
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, NAME_LIMIT)
    .replace(/^[-.]+|(?<![-.])[-.]+$/g, '');
  return `${slug || 'test'}-${test.id.replace(/[^\w-]+/g, '_')}${attempt}.log`;
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
