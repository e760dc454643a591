import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { QmpGreeting } from 'qmp-core';
import { forkingRunner } from '../qemu/runner.ts';

type Kind = 'mock' | 'qemu';

/**
 * Versions that the machines of a run have, by their kind. The workers of a run share a file, so that what
 * one has met another knows, and only one of them tells.
 */
export class VersionsMet {
  readonly #file: string | undefined;
  readonly #warn: (text: string) => void;
  readonly #own = new Set<string>();
  #lines = '';

  /**
   * @param file - The file of the run. If it can't be written, the worker knows of itself alone.
   * @param warn - Called at most once in a run.
   */
  constructor(file: string | undefined, warn: (text: string) => void) {
    this.#file = file;
    this.#warn = warn;
  }

  /** Notes a machine's version, and warns if mocks and QEMUs of the run have different ones. */
  note(kind: Kind, version: string): void {
    const line = `${kind} ${version}\n`;
    if (this.#own.has(line)) return;
    this.#own.add(line);
    const lines = this.#add(line);
    const [mock, qemu] = [/^mock (.*)$/m.exec(lines)?.[1], /^qemu (.*)$/m.exec(lines)?.[1]];
    if (lines.includes('told\n') || mock === undefined || qemu === undefined || mock === qemu) return;
    this.#add('told\n');
    this.#warn(
      `This run has mocks of QEMU ${mock} and a real QEMU ${qemu}: a feature of one may be missing in the other. ` +
        "With `mockOptions: { qemu: 'installed' }` the mock imitates the installed QEMU.",
    );
  }

  /** Adds a line. Gives all lines of the run. */
  #add(line: string): string {
    this.#lines += line;
    if (this.#file === undefined) return this.#lines;
    try {
      appendFileSync(this.#file, line);
      return readFileSync(this.#file, 'utf8');
    } catch {
      return this.#lines;
    }
  }
}

let met: VersionsMet | undefined;

/** Notes the version of a machine that greets. */
export function noteVersion(kind: Kind, greeting: QmpGreeting | null): void {
  if (greeting === null) return;
  const { major, minor } = greeting.QMP.version.qemu;
  met ??= new VersionsMet(fileOfRun(), (text) => console.warn(text));
  met.note(kind, `${major}.${minor}`);
}

/** A file for each run, by the process id of its runner, where tools of a project keep such things. */
function fileOfRun(): string | undefined {
  if (!existsSync('node_modules')) return undefined;
  const directory = join('node_modules', '.cache', 'qmp-vitest');
  const name = `versions-${forkingRunner()?.pid ?? process.pid}`;
  try {
    mkdirSync(directory, { recursive: true });
    for (const other of readdirSync(directory))
      if (isOfThePast(other)) rmSync(join(directory, other), { force: true });
  } catch {
    return undefined;
  }
  return join(directory, name);
}

/** Whether the runner of a file is gone. */
function isOfThePast(name: string): boolean {
  const [, pid] = /^versions-(\d+)$/.exec(name) ?? [];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
