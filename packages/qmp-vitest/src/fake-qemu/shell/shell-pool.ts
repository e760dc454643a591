import { execFile, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { afterGreetings } from '../after-greetings.ts';
import { shellScript, SLOT } from './shell-script.ts';
import { ShellLink } from './shell-link.ts';

/** Slots that are made at a time. */
const SLOTS = 6;

/** Slots that have to be left. */
const RESERVE = 3;

/** The pipes by which shells on `PATH` reach the test: a pair for each start, a slot. */
export class ShellPool {
  readonly #directory: string;
  readonly #onShell: (link: ShellLink) => void;
  readonly #waiting = new Set<Socket>();
  #made = 0;
  #started = 0;
  /** The slots that are being made. */
  #making: Promise<void> | undefined;
  #isClosed = false;

  private constructor(directory: string, onShell: (link: ShellLink) => void) {
    this.#directory = directory;
    this.#onShell = onShell;
  }

  /** Whether this system can have one: `/proc` has to tell how a shell was started. */
  static get isPossible(): boolean {
    return process.platform === 'linux';
  }

  /**
   * Makes the script and the first slots.
   *
   * @param onShell - Called for each start that the test has taken.
   * @returns `undefined` if no pipes can be made.
   */
  static open(directory: string, onShell: (link: ShellLink) => void): ShellPool | undefined {
    const pool = new ShellPool(directory, onShell);
    const { status } = spawnSync('mkfifo', ['-m', '600', ...pool.#nextPipes()], { stdio: 'ignore' });
    if (status !== 0) return undefined;
    writeFileSync(join(directory, 'launcher'), shellScript(directory), { mode: 0o700 });
    pool.#listen();
    return pool;
  }

  /** Stops listening. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const pipe of this.#waiting) pipe.destroy();
    await this.#making;
  }

  #path(kind: keyof typeof SLOT, number: number): string {
    return join(this.#directory, `${SLOT[kind]}${number}`);
  }

  #nextPipes(): string[] {
    const numbers = Array.from({ length: SLOTS }, (_, at) => this.#made + at + 1);
    return numbers.flatMap((number) => [this.#path('out', number), this.#path('in', number)]);
  }

  #listen(): void {
    for (const last = this.#made + SLOTS; this.#made < last;) this.#listenOn(++this.#made);
  }

  #listenOn(number: number): void {
    const out = openSync(this.#path('out', number), constants.O_RDONLY | constants.O_NONBLOCK);
    const orders = openSync(this.#path('in', number), constants.O_RDWR | constants.O_NONBLOCK);
    const pipe = new Socket({ fd: out, readable: true, writable: false });
    this.#waiting.add(pipe);
    let isTold = false;
    pipe.setEncoding('utf8').on('error', () => {});
    pipe.once('data', (text: string) => {
      isTold = true;
      this.#waiting.delete(pipe);
      afterGreetings(() => this.#refill());
      const pid = Number.parseInt(text, 10);
      if (!this.#take(number)) {
        // Node goes on with it.
        pipe.destroy();
        return closeSync(orders);
      }
      this.#onShell(new ShellLink(pid, pipe, new Socket({ fd: orders, readable: false, writable: true })));
    });
    pipe.once('close', () => {
      this.#waiting.delete(pipe);
      if (!isTold) closeSync(orders);
    });
  }

  /** Takes a start, unless its shell has stopped waiting. */
  #take(number: number): boolean {
    try {
      mkdirSync(this.#path('taken', number));
      return true;
    } catch {
      return false;
    }
  }

  #refill(): void {
    this.#started++;
    if (this.#isClosed || this.#making !== undefined || this.#made - this.#started >= RESERVE) return;
    this.#making = this.#makeMore().finally(() => (this.#making = undefined));
  }

  /** Makes more slots. Without them, Node stands for further QEMUs. */
  async #makeMore(): Promise<void> {
    const isMade = await new Promise<boolean>((resolve) => {
      execFile('mkfifo', ['-m', '600', ...this.#nextPipes()], (error) => resolve(error === null));
    });
    if (isMade && !this.#isClosed) this.#listen();
  }
}
