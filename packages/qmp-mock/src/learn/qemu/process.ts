import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { beforeExit } from '../lib/clean-up.ts';
import type { Program } from './program.ts';

/** How a program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Reason why it was not even started. */
  readonly error?: Error;
}

/** How a program is started. */
export interface StartOptions {
  /** Its working directory. */
  readonly cwd?: string;
  /** Whether standard input and output are `pipe`s of this process; by default they go nowhere. */
  readonly stdio?: 'pipe' | 'ignore';
  /** Whether descriptor 3 is one end of a socket pair; {@link QemuProcess.descriptor} is the other. */
  readonly descriptor?: boolean;
  /** Time in ms that each answer of its monitor may take; see `Lines`. */
  readonly deadline?: number;
}

/** Characters of standard error that are kept. */
const STDERR_MAX = 65_536;

/** A running program. It is killed when its scope ends (`await using`), or this process. */
export class QemuProcess implements AsyncDisposable {
  readonly program: Program;
  /** Settles when it has ended, or could not be started. */
  readonly exited: Promise<Exit>;
  /** Settles when it has ended, and all that it wrote has come. */
  readonly closed: Promise<void>;
  readonly #child: ChildProcess;
  #exit: Exit | undefined;
  #stderr = '';

  constructor(program: Program, args: readonly string[], options: StartOptions = {}) {
    const { cwd, stdio = 'ignore', descriptor = false } = options;
    const [file, ...before] = program.command;
    // A 'pipe' of Node's is a socket pair: exactly what `-chardev socket,fd=` takes.
    const descriptors: StdioOptions = [stdio, stdio, 'pipe', ...(descriptor ? ['pipe' as const] : [])];
    this.program = program;
    this.#child = spawn(file, [...before, ...args], {
      cwd,
      // A process group of its own: if the file is a script that starts QEMU, both are ended.
      detached: true,
      stdio: descriptors,
      env: { ...process.env, ...program.env },
    });
    const forget = beforeExit(() => this.#killGroup());
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        forget();
        this.#exit ??= exit;
        resolve(this.#exit);
      };
      this.#child.once('exit', (code, signal) => end({ code, signal }));
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) end({ code: null, signal: null, error });
      });
    });
    this.closed = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', () => {
        if (this.#child.pid === undefined) resolve();
      });
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_MAX);
    });
  }

  /** How it ended; `undefined` while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** The end of what it has written to standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get stdin(): Writable {
    return existing(this.#child.stdin, 'standard input');
  }

  get stdout(): Readable {
    return existing(this.#child.stdout, 'standard output');
  }

  /** This process's end of its descriptor 3. */
  get descriptor(): Duplex {
    return existing(this.#child.stdio[3] as Duplex | null | undefined, 'descriptor 3');
  }

  /** Sends it a signal. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it the hard way, and waits until it is gone: there is nothing in it to save. */
  async stop(): Promise<void> {
    this.#killGroup();
    await this.exited;
  }

  #killGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** How it ended, in words, with what it wrote to standard error. */
  describeEnd(): string {
    const { code, signal, error } = this.#exit ?? {};
    const how =
      this.#exit === undefined
        ? 'still runs'
        : error !== undefined
          ? `does not start: ${error.message}`
          : `ended (${signal ?? `exit code ${code}`})`;
    return `${this.program.name} ${how}\n${this.#stderr}`.trim();
  }
}

function existing<T>(stream: T | null | undefined, what: string): T {
  if (stream === null || stream === undefined) throw new Error(`It was started without ${what}`);
  return stream;
}
