import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeExit } from '../internals/qemu-driver.ts';
import { Scratch } from '../lib/scratch.ts';
import { Lines, NoLineError } from '../qemu/lines.ts';
import { QemuProcess } from '../qemu/process.ts';
import type { Program } from '../qemu/program.ts';
import type { Session, Step } from './session.ts';

/** How long a program may take to be reached, or to refuse, in ms. */
const START_DEADLINE = 30_000;
/** How long a program may take for one answer, in ms. */
const REPLY_DEADLINE = 20_000;
/** How long the monitor has to be silent after an answer before what came is complete, in ms. */
const SETTLE = 90;
/** The same after a command whose consequences come by themselves, in ms. */
const LONG_SETTLE = 350;

/** Commands whose consequences come after the answer. */
const ASYNCHRONOUS =
  /^(device_|cont|system_|quit|migrate|blockdev-(backup|mirror|create|change|open|close|snapshot)|x-blockdev-amend|drive-|block-(stream|commit|job|export-del)|job-|snapshot-|transaction|human-monitor-command|eject|nbd-server-stop|set-action|x-exit-preconfig|screendump)/;

/** How a start ended: the monitor answers, or the program refuses, or neither comes. */
export type Start =
  | { readonly up: true }
  | { readonly up: false; readonly code: number | string; readonly output: string }
  | { readonly up: 'hangs' };

/** Lines after a command, as they were sent. */
export interface Answer {
  readonly reply?: string;
  readonly events: readonly string[];
  /** The connection ended. */
  readonly closed?: true;
  /** Nothing came in time. */
  readonly hangs?: true;
}

/** A program's side of a session. */
export interface Transcript {
  readonly start: Start;
  readonly answers: readonly Answer[];
}

/** Puts into a session's directory the files that it needs. */
export type Furnish = (directory: string, session: Session) => Promise<void>;

/**
 * Plays a session on a program. Nothing of it is left behind, however it ends.
 *
 * @param options - `patience`: how many times longer than usual to wait for events.
 */
export async function play(
  program: Program,
  session: Session,
  furnish: Furnish,
  { patience = 1 }: { patience?: number } = {},
): Promise<Transcript> {
  using scratch = new Scratch('qmp-session-');
  await furnish(scratch.path, session);
  const monitor = scratch.file('qmp.sock');
  const args = session.options.flat().map((word) => word.replaceAll('@DIR@', scratch.path));
  await using qemu = new QemuProcess(program, [...args, '-qmp', `unix:${monitor},server=on,wait=off`], {
    cwd: scratch.path,
    stdio: 'pipe',
  });
  using _daemon = new Daemons(scratch.path);
  const said = await new Conversation(session, qemu, monitor, scratch.path, patience).hold();
  return JSON.parse(JSON.stringify(said).replaceAll(scratch.path, '@DIR@')) as Transcript;
}

class Conversation {
  readonly #session: Session;
  readonly #qemu: QemuProcess;
  readonly #path: string;
  readonly #directory: string;
  readonly #patience: number;
  #lines: Lines | undefined;
  #ended = false;
  #stdout = '';

  constructor(session: Session, qemu: QemuProcess, path: string, directory: string, patience: number) {
    this.#session = session;
    this.#qemu = qemu;
    this.#path = path;
    this.#directory = directory;
    this.#patience = patience;
    qemu.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (this.#stdout.length < 400_000) this.#stdout += text;
    });
  }

  async hold(): Promise<Transcript> {
    try {
      const start = await this.#start();
      const answers: Answer[] = [];
      if (start.up !== true) return { start, answers };
      for (const step of this.#session.steps) {
        const answer = await this.#ask(step);
        answers.push(answer);
        if (answer.closed || answer.hangs) break;
      }
      return { start, answers };
    } finally {
      await this.#lines?.close();
    }
  }

  async #start(): Promise<Start> {
    const daemon = this.#session.options.some(([name]) => name === '-daemonize');
    const until = performance.now() + START_DEADLINE;
    while (performance.now() < until) {
      if (existsSync(this.#path) && (await this.#connect())) {
        const greeting = await this.#next(until - performance.now());
        if (greeting !== undefined) {
          // A QEMU that refuses its command line in the end may have greeted before.
          this.#lines?.send('{"execute":"qmp_capabilities"}\n');
          if ((await this.#next(until - performance.now())) !== undefined) return { up: true };
        }
        await this.#lines?.close();
      }
      const { exit } = this.#qemu;
      if (exit !== undefined && !(daemon && exit.code === 0)) {
        await this.#qemu.closed;
        const code = exit.code ?? exit.signal ?? String(exit.error);
        return { up: false, code, output: this.#stdout + this.#qemu.stderr };
      }
      await delay(8);
    }
    return { up: 'hangs' };
  }

  #connect(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#path);
      socket.once('error', () => resolve(false));
      socket.once('connect', () => {
        this.#lines = new Lines(socket);
        resolve(true);
      });
    });
  }

  /** The next line; `undefined` at the end, or if none comes within so many ms. */
  async #next(ms: number): Promise<string | undefined> {
    try {
      return await this.#lines?.line(Math.max(1, ms));
    } catch (error) {
      if (!(error instanceof NoLineError)) throw error;
      this.#ended = error.reason === 'ended';
      return undefined;
    }
  }

  async #ask(step: Step): Promise<Answer> {
    const text = JSON.stringify({ execute: step.execute, arguments: step.arguments, id: 1 });
    this.#lines?.send(`${text.replaceAll('@DIR@', this.#directory)}\n`);
    const events: string[] = [];
    const until = performance.now() + REPLY_DEADLINE;
    let reply: string | undefined;
    while (reply === undefined) {
      const line = await this.#next(until - performance.now());
      if (line === undefined) return { events, ...(this.#ended ? { closed: true } : { hangs: true }) };
      if (line.startsWith('{"timestamp"')) events.push(line);
      else reply = line;
    }
    const settle = (ASYNCHRONOUS.test(step.execute) ? LONG_SETTLE : SETTLE) * this.#patience;
    const latest = performance.now() + 20 * settle;
    for (;;) {
      const line = await this.#next(Math.min(settle, latest - performance.now()));
      if (line === undefined) break;
      events.push(line);
    }
    return { reply, events, ...(this.#ended ? { closed: true } : {}) };
  }
}

/** Ends, with its scope or with this process, the daemons on whose command line a path stands. */
class Daemons implements Disposable {
  readonly #path: string;
  readonly #forget: () => void;

  constructor(path: string) {
    this.#path = path;
    this.#forget = beforeExit(() => this.#end());
  }

  [Symbol.dispose](): void {
    this.#forget();
    this.#end();
  }

  #end(): void {
    for (const name of existsSync('/proc') ? readdirSync('/proc') : []) {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
      try {
        if (readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(this.#path))
          process.kill(Number(name), 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}
