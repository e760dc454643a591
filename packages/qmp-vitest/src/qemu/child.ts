import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { describeExit, QemuExitError, type QemuExit } from './errors.ts';
import { guardProcess } from './orphan-guard.ts';
import { QemuOutput } from './output.ts';

/** Options of {@link startChild}. */
export interface ChildOptions {
  /** The command line, the program first. */
  readonly argv: readonly string[];
  /** Words in front of it: a program that replaces itself by the command. */
  readonly prefix: readonly string[];
  /** Number of descriptors from 3 on that it inherits. */
  readonly sockets: number;
  /** Directory for the log files. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly cwd: string | undefined;
  readonly outputLimit: number;
}

/**
 * Time in ms to wait for the ends of stdout and stderr after the process is gone: another process may hold
 * them.
 */
export const OUTPUT_GRACE = 200;

/** A running process: its output and its end, without QMP. */
export class Child {
  readonly pid: number;
  readonly stdout: QemuOutput;
  readonly stderr: QemuOutput;
  /** Our ends of the descriptors from 3 on. */
  readonly sockets: readonly Socket[];
  /** Resolves when the process is gone and its output is complete; never rejects. */
  readonly exited: Promise<QemuExit>;
  readonly #process: ChildProcess;
  #exit: QemuExit | null = null;
  #gone = false;

  /** @internal */
  constructor(child: ChildProcess, pid: number, options: ChildOptions) {
    this.#process = child;
    this.pid = pid;
    const { directory, outputLimit: limit } = options;
    this.stdout = new QemuOutput({ name: 'stdout', limit, file: join(directory, 'stdout.log') });
    this.stderr = new QemuOutput({ name: 'stderr', limit, file: join(directory, 'stderr.log') });
    child.stdout?.on('data', (chunk: Buffer) => this.stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.stderr.push(chunk));
    this.sockets = (child.stdio as readonly unknown[]).slice(3) as Socket[];
    const release = guardProcess(pid);
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#gone = true;
        release();
        const finish = (): void => {
          clearTimeout(grace);
          this.#exit ??= { code, signal };
          this.stdout.end(endedWhile(this.#exit));
          this.stderr.end(endedWhile(this.#exit));
          resolve(this.#exit);
        };
        const grace = setTimeout(finish, OUTPUT_GRACE);
        child.once('close', finish);
      });
    });
  }

  /** How it ended; `null` while it runs. */
  get exit(): QemuExit | null {
    return this.#exit;
  }

  /** Sends a signal. Does nothing if the process is gone. */
  signal(signal: NodeJS.Signals): void {
    // Once Node has seen the end, the number may belong to another process.
    if (!this.#gone) this.#process.kill(signal);
  }
}

/** Makes the error of a wait during which QEMU ended. */
export function endedWhile(exit: QemuExit): (waitedFor: string) => QemuExitError {
  return (waitedFor) =>
    new QemuExitError(`QEMU ended (${describeExit(exit)}) while waiting for ${waitedFor}`, { exit });
}

/**
 * Starts a process that does not outlive this one.
 *
 * @throws the system's error if it can't be started, or an error of its own if `cwd` isn't a directory.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { argv, prefix, cwd, env } = options;
  // Node reports a missing directory as a missing program.
  if (cwd !== undefined && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Error(`The working directory does not exist: ${cwd}`);
  }
  const [program = '', ...args] = [...prefix, ...argv];
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...Array<'pipe'>(options.sockets).fill('pipe')];
  const child = spawn(program, args, { stdio, cwd, env: { ...process.env, ...env } });
  if (child.pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw error;
  }
  // A signal that can't be sent isn't a reason to end the test run.
  child.on('error', () => {});
  return new Child(child, child.pid, options);
}
