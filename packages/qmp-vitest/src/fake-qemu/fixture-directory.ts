import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { VersionFolder } from 'qmp-mock/process';

/** A start that a test wants to fail. */
export interface PlannedFailure {
  /** Number of it, from 1. */
  readonly number: number;
  readonly stderr: string;
  readonly code: number;
}

/** A start that failed. */
export interface FailedStart {
  /** Name that the QEMU was called by, and its arguments. */
  readonly command: readonly string[];
  /** Everything that it wrote to its standard error stream. */
  readonly stderr: string;
  /** Exit status. */
  readonly exitCode: number;
  /** Number of the planned failure that it was; `undefined` if it failed by itself. */
  readonly planned?: number | undefined;
}

/** A `qemu-img` that the code under test has run to its end. */
export interface ImageCommand {
  /** Its arguments, the command first: `['create', '-f', 'qcow2', …]`. */
  readonly argv: readonly string[];
  /** Its exit status. */
  readonly exitCode: number;
  /** Everything that it wrote to its standard output stream. */
  readonly stdout: string;
  /** Everything that it wrote to its standard error stream. */
  readonly stderr: string;
}

/**
 * Files that a test and its launchers share, for news that can't wait for an answer. A test that is blocked
 * in `spawnSync` can't answer; it reads the files afterwards.
 */
export class FixtureDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The directory of a launcher, even if it was started through links. */
  static of(launcher: string): FixtureDirectory {
    return new FixtureDirectory(dirname(realpathSync(launcher)));
  }

  /**
   * Creates the files that launchers expect.
   *
   * @param version - Folder of their QEMU version.
   */
  prepare(version: VersionFolder): void {
    writeFileSync(this.#version, JSON.stringify(version));
    mkdirSync(this.#plans);
    mkdirSync(this.#claims);
    writeFileSync(this.#failedStarts, '');
    writeFileSync(this.#imageCommands, '');
  }

  /** Socket that the test listens on. */
  get controlSocket(): string {
    return join(this.path, 'control');
  }

  /** Folder of the QEMU version that launchers are. */
  get version(): VersionFolder {
    return JSON.parse(readFileSync(this.#version, 'utf8')) as VersionFolder;
  }

  /** Plans a failure for the next start. */
  planFailure(failure: PlannedFailure): void {
    const name = fileOf(failure.number);
    // In its place only when it's complete.
    const made = join(this.path, name);
    writeFileSync(made, JSON.stringify(failure));
    renameSync(made, join(this.#plans, name));
  }

  /** Whether a start has claimed a planned failure. */
  isClaimed(number: number): boolean {
    return existsSync(join(this.#claims, fileOf(number)));
  }

  /** Claims the oldest planned failure, so that another start can't claim it. */
  claimFailure(): PlannedFailure | undefined {
    for (const name of readdirSync(this.#plans).toSorted()) {
      const claimed = join(this.#claims, name);
      try {
        renameSync(join(this.#plans, name), claimed);
      } catch {
        // Another start was faster.
        continue;
      }
      return JSON.parse(readFileSync(claimed, 'utf8')) as PlannedFailure;
    }
    return undefined;
  }

  /** Records a failed start. */
  recordFailedStart(start: FailedStart): void {
    // One write at the end of the file: several launchers don't get into each other's lines.
    appendFileSync(this.#failedStarts, `${JSON.stringify(start)}\n`);
  }

  /** Failed starts, oldest first. */
  get failedStarts(): readonly FailedStart[] {
    return linesOf<FailedStart>(this.#failedStarts);
  }

  /** Records a `qemu-img` that has ended. */
  recordImageCommand(command: ImageCommand): void {
    appendFileSync(this.#imageCommands, `${JSON.stringify(command)}\n`);
  }

  /** Every `qemu-img` that has ended, oldest first. */
  get imageCommands(): readonly ImageCommand[] {
    return linesOf<ImageCommand>(this.#imageCommands);
  }

  get #version(): string {
    return join(this.path, 'version');
  }

  get #plans(): string {
    return join(this.path, 'planned-failures');
  }

  get #claims(): string {
    return join(this.path, 'claimed-failures');
  }

  get #failedStarts(): string {
    return join(this.path, 'failed-starts');
  }

  get #imageCommands(): string {
    return join(this.path, 'image-commands');
  }
}

/** Name of a planned failure's file; names sort as numbers do. */
function fileOf(number: number): string {
  return `failure-${String(number).padStart(6, '0')}`;
}

function linesOf<T>(path: string): T[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}
