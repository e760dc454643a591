import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { QmpTimeoutError } from 'qmp-core';
import { withoutPosition } from 'qmp-core/internal';
import { redactText, visible } from 'qmp-core/redact';
import { checkLimit, orAborted, startDeadline, type WaitLimits } from './limits.ts';

/** Options of {@link QemuOutput}. */
export interface QemuOutputOptions {
  /** Name of its source in messages: `the console`. */
  readonly name: string;
  /** Characters to keep in memory; the oldest go first. */
  readonly limit: number;
  /** File that gets everything. */
  readonly file?: string | undefined;
}

/** A text that a wait has found. */
export interface OutputMatch {
  /** The text that matched. */
  readonly text: string;
  /** The groups of the pattern; `[0]` is the whole match. */
  readonly groups: readonly (string | undefined)[];
  /** The text between the previous match and this one. */
  readonly before: string;
}

/** Flags that open only a new file of our own: neither an existing file nor a link. */
const OWN_NEW_FILE =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Characters of the output that an error shows. */
const SHOWN = 1000;

/**
 * The output of a process: its tail in memory, all of it in a file, and a way to wait for a text in it.
 *
 * There is one read position, as in `expect`. {@link QemuOutput.waitFor} doesn't match the same text twice,
 * and it finds text that came before the wait began.
 *
 * @example
 * await vm.output.stderr.waitFor(/warning: (.*)/, { timeout: 5000 })
 * console.log(vm.output.stderr.path) // the file with all of it
 */
export class QemuOutput {
  /** The file with all of it, if there is one. */
  readonly path: string | undefined;
  readonly #name: string;
  readonly #limit: number;
  readonly #decoder = new StringDecoder('utf8');
  readonly #waiters: Waiter[] = [];
  #file: number | undefined;
  #text = '';
  #dropped = 0;
  /** Index of the first unread character. */
  #unreadFrom = 0;
  #whyEnded: ((waitedFor: string) => Error) | undefined;

  constructor({ name, limit, file }: QemuOutputOptions) {
    this.#name = name;
    this.#limit = limit;
    this.path = file;
    if (file !== undefined) this.#file = openSync(file, OWN_NEW_FILE, 0o600);
  }

  /** The text so far: at most the last `outputLimit` characters. */
  get text(): string {
    return this.#text;
  }

  /** Number of characters that no longer fit in memory. The file has them. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Waits for a text. It first looks at earlier output that no wait has matched yet.
   *
   * @param pattern - A text, or a regular expression (its `g` and `y` flags are ignored).
   * @param limits.timeout - Deadline in ms. Default: no deadline.
   * @returns The matched text, and the text before it.
   * @throws QmpTimeoutError after the deadline. The message shows the output that came instead.
   * @throws QemuExitError if the process ends first without a match.
   * @throws the `reason` of `limits.signal` if that aborts.
   *
   * @example
   * const { groups } = await vm.console.waitFor(/Linux version (\S+)/, { timeout: 60_000 })
   */
  async waitFor(pattern: string | RegExp, limits: WaitLimits = {}): Promise<OutputMatch> {
    const wanted = `${this.#name} to show ${typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern)}`;
    const late = (timeout: number): Error =>
      new QmpTimeoutError(`Waited ${timeout} ms for ${wanted}. ${this.#describeUnread()}`, { timeout });
    const deadline = startDeadline(checkLimit('timeout', limits.timeout), limits.signal, late);
    const waiter = new Waiter(typeof pattern === 'string' ? pattern : withoutPosition(pattern), wanted);
    try {
      deadline.signal.throwIfAborted();
      this.#waiters.push(waiter);
      this.#serve();
      return await orAborted(waiter.match, deadline.signal);
    } finally {
      deadline.end();
      this.#forget(waiter);
    }
  }

  /** @internal Takes what the process wrote. */
  push(chunk: Buffer): void {
    if (this.#file !== undefined) writeSync(this.#file, chunk);
    this.#append(this.#decoder.write(chunk));
  }

  /** @internal Nothing more will come: `why` makes the error for those who still wait. */
  end(why: (waitedFor: string) => Error): void {
    if (this.#whyEnded !== undefined) return;
    this.#append(this.#decoder.end());
    this.#whyEnded = why;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#serve();
  }

  #append(text: string): void {
    if (text === '') return;
    this.#text += text;
    this.#serve();
    const excess = this.#text.length - this.#limit;
    if (excess <= 0) return;
    this.#text = this.#text.slice(excess);
    this.#dropped += excess;
    this.#unreadFrom = Math.max(0, this.#unreadFrom - excess);
  }

  /** Serves the pending waits, in the order of their calls. */
  #serve(): void {
    // Those who are served take themselves off the list.
    const waiters = this.#waiters.slice();
    for (const waiter of waiters) {
      const match = this.#take(waiter.pattern);
      if (match !== undefined) waiter.resolve(match);
      else if (this.#whyEnded !== undefined) {
        waiter.reject(this.#whyEnded(`${waiter.wanted}. ${this.#describeUnread()}`));
      } else continue;
      this.#forget(waiter);
    }
  }

  #take(pattern: string | RegExp): OutputMatch | undefined {
    const unread = this.#text.slice(this.#unreadFrom);
    const found = find(pattern, unread);
    if (found === undefined) return undefined;
    const [text] = found.groups;
    this.#unreadFrom += found.index + text.length;
    return { text, groups: found.groups, before: unread.slice(0, found.index) };
  }

  #forget(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter);
    if (at >= 0) this.#waiters.splice(at, 1);
  }

  #describeUnread(): string {
    const unread = this.#text.slice(this.#unreadFrom);
    if (unread.trim() === '')
      return this.#text === '' ? 'It showed nothing.' : 'It did not show anything new.';
    const shown = unread.length > SHOWN ? `…${unread.slice(-SHOWN)}` : unread;
    return `It showed:\n${redactText(visible(shown.trimEnd()))}`;
  }
}

/** A pending wait for a text. */
class Waiter {
  readonly pattern: string | RegExp;
  readonly wanted: string;
  readonly match: Promise<OutputMatch>;
  resolve!: (match: OutputMatch) => void;
  reject!: (error: Error) => void;

  constructor(pattern: string | RegExp, wanted: string) {
    this.pattern = pattern;
    this.wanted = wanted;
    this.match = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // It may be rejected after the deadline has ended the wait.
    this.match.catch(() => {});
  }
}

function find(
  pattern: string | RegExp,
  text: string,
): { index: number; groups: readonly [string, ...(string | undefined)[]] } | undefined {
  if (typeof pattern !== 'string') {
    const found = pattern.exec(text);
    return found === null ? undefined : { index: found.index, groups: [found[0], ...found.slice(1)] };
  }
  const index = text.indexOf(pattern);
  return index < 0 ? undefined : { index, groups: [pattern] };
}
