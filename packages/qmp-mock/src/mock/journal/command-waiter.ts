import { clearTimeout, setTimeout } from 'node:timers';
import { QmpStateError, QmpTimeoutError } from 'qmp-core';
import { ANYTHING, checkOptions, countFrom, numberFrom, SIGNAL, type OptionRules } from 'qmp-core/internal';
import { Matcher, show, type Pattern } from 'qmp-core/matching';
import type { ReceivedCommand } from './received.ts';

/** Options of {@link MockQmp.waitForCommand}. */
export interface WaitForCommandOptions {
  /**
   * Deadline in ms of real time; `Infinity` for no deadline. Default 4000: test runners give up after 5 s, so
   * this wait fails first and says what it waited for.
   */
  timeout?: number | undefined;
  /** Gives up: the wait rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** Pattern for the arguments. Default: any arguments. */
  match?: Pattern;
  /** Number of times that the command has to come; the wait returns the last one. Default 1. */
  count?: number | undefined;
}

const TIMEOUT = 4000;

const WAIT_OPTIONS: OptionRules<WaitForCommandOptions> = {
  timeout: numberFrom(0, 'ms'),
  signal: SIGNAL,
  match: ANYTHING,
  count: countFrom(1),
};

/**
 * Waits for commands. It finds a command that came before the wait began. One command never satisfies two
 * waits.
 */
export class CommandWaiter {
  readonly #received: () => readonly ReceivedCommand[];
  readonly #waits = new Set<{ check: () => void; reject: (error: Error) => void }>();
  readonly #taken = new WeakSet<ReceivedCommand>();

  constructor(received: () => readonly ReceivedCommand[]) {
    this.#received = received;
  }

  /** Whether a wait is under way. */
  get waiting(): boolean {
    return this.#waits.size > 0;
  }

  /** Looks again, because something came in. */
  check(): void {
    for (const wait of this.#waits) wait.check();
  }

  /** Ends every wait, because the mock was closed. */
  close(): void {
    for (const wait of this.#waits)
      wait.reject(new QmpStateError('The mock was closed while a command was waited for'));
  }

  async wait(name: string, options: WaitForCommandOptions = {}): Promise<ReceivedCommand> {
    checkOptions('waitForCommand', options, WAIT_OPTIONS);
    const { timeout = TIMEOUT, signal, count } = options;
    const match = options.match === undefined ? undefined : new Matcher(options.match);
    const find = this.#search(name, match, count);
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const finish = (settle: () => void): void => {
        if (timer !== undefined) clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#waits.delete(wait);
        settle();
      };
      const onAbort = (): void => finish(() => reject(signal!.reason as Error));
      const wait = {
        check: (): void => {
          const found = find();
          if (found !== undefined) finish(() => resolve(found));
        },
        reject: (error: Error): void => finish(() => reject(error)),
      };
      const timer =
        timeout === Infinity
          ? undefined
          : setTimeout(() => wait.reject(this.#timeoutError(name, timeout, match, count)), timeout);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waits.add(wait);
      wait.check();
    });
  }

  /** Searches what has come since the last search for the wanted command. */
  #search(
    name: string,
    match: Matcher | undefined,
    count: number | undefined,
  ): () => ReceivedCommand | undefined {
    let last: ReceivedCommand | undefined;
    let matching = 0;
    return () => {
      const received = this.#received();
      for (let at = last === undefined ? 0 : received.lastIndexOf(last) + 1; at < received.length; at++) {
        const command = (last = received[at]!);
        if (command.execute !== name || match?.matches(command.arguments ?? {}) === false) continue;
        matching++;
        if (count === undefined ? this.#taken.has(command) : matching < count) continue;
        this.#taken.add(command);
        return command;
      }
      return undefined;
    };
  }

  #timeoutError(
    name: string,
    timeout: number,
    match: Matcher | undefined,
    count: number | undefined,
  ): QmpTimeoutError {
    const what = match === undefined ? name : `${name} ${String(match)}`;
    const often = count === undefined ? '' : ` ${count} times`;
    const shown = this.#received().filter((command) => command.execute !== 'qmp_capabilities');
    const came = shown.map((command) =>
      command.arguments === undefined ? command.execute : `${command.execute} ${show(command.arguments)}`,
    );
    const instead = came.length === 0 ? 'No command came at all' : `What came: ${came.slice(-10).join(', ')}`;
    return new QmpTimeoutError(`${what} did not come${often} within ${timeout} ms. ${instead}`, { timeout });
  }
}
