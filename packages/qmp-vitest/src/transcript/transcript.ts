import { stringifyJson } from 'qmp-core/wire';
import type { Inventory } from 'qmp-mock';
import type { TranscriptDirection, TranscriptEntry } from './entry.ts';
import { normaliseTranscript } from './normalise.ts';
import { isUnrecorded } from './unrecorded.ts';

/** Options of {@link Transcript}. */
export interface TranscriptOptions {
  /** Name of the machine, shown if a test has more than one. Default: `'vm'`. */
  name?: string | undefined;
  /** Number of characters to keep; the oldest entries go first. Default: 32 Mi. */
  limit?: number | undefined;
  /** Milliseconds on a clock that never goes back. Default: `performance.now`. */
  now?: (() => number) | undefined;
  /** Looks at the machine, at each message. Default: nobody does. */
  look?: (() => Inventory | undefined) | undefined;
}

const DEFAULT_LIMIT = 32 * 1024 * 1024;

/**
 * The readable log of one conversation.
 *
 * @example
 * const transcript = new Transcript()
 * const client = await QmpClient.connect(path, { onMessage: transcript.record })
 * console.log(printTranscript(transcript.entries))
 */
export class Transcript {
  /** Name of the machine that the conversation is with. */
  readonly name: string;
  readonly #now: () => number;
  readonly #look: (() => Inventory | undefined) | undefined;
  readonly #start: number;
  readonly #limit: number;
  #entries: TranscriptEntry[] = [];
  /**
   * Number of `#entries` at the front that were dropped. They are cut off in bulk, so that dropping stays
   * cheap.
   */
  #stale = 0;
  #size = 0;
  #dropped = 0;
  #sealed = false;

  constructor(options: TranscriptOptions = {}) {
    this.name = options.name ?? 'vm';
    this.#limit = options.limit ?? DEFAULT_LIMIT;
    this.#now = options.now ?? performance.now.bind(performance);
    this.#look = options.look;
    this.#start = this.#now();
  }

  /**
   * Adds a message that was sent or received. It is written down at once, so later changes of the object
   * don't show.
   */
  readonly record = (direction: 'out' | 'in', message: unknown): void => {
    if (!this.#sealed && !isUnrecorded(message)) this.#add(direction, asText(message));
  };

  /** Adds a remark, such as "connection closed". */
  note(text: string): void {
    if (!this.#sealed) this.#add('note', text);
  }

  /** Ignores further messages. */
  seal(): void {
    this.#sealed = true;
  }

  /** Time on `performance.now` at which it began, in ms: what the times of its entries count from. */
  get began(): number {
    return this.#start;
  }

  /** The kept entries, oldest first. */
  get entries(): readonly TranscriptEntry[] {
    return this.#entries.slice(this.#stale);
  }

  /** The conversation as a text that is the same in every run; see {@link normaliseTranscript}. */
  normalised(): string {
    return normaliseTranscript(this.entries);
  }

  /** Number of entries that were dropped because of `limit`. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Number of entries so far; a position for {@link Transcript.since}. */
  get length(): number {
    return this.#dropped + this.#entries.length - this.#stale;
  }

  /** The entries after a position that `length` gave earlier. */
  since(position: number): readonly TranscriptEntry[] {
    return this.entries.slice(Math.max(0, position - this.#dropped));
  }

  #add(direction: TranscriptDirection, text: string): void {
    const machine = this.#look?.();
    const entry = { at: this.#now() - this.#start, direction, text };
    this.#entries.push(machine === undefined ? entry : { ...entry, machine });
    this.#size += text.length;
    while (this.#size > this.#limit && this.#entries.length - this.#stale > 1) {
      this.#size -= (this.#entries[this.#stale] as TranscriptEntry).text.length;
      this.#stale++;
      this.#dropped++;
    }
    if (this.#stale > 1024 && this.#stale > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#stale);
      this.#stale = 0;
    }
  }
}

/**
 * The text of a message. A transcript must never make a test fail, so a value that can't be written as JSON
 * is shown as JavaScript shows it.
 */
function asText(message: unknown): string {
  try {
    return stringifyJson(message);
  } catch {
    return String(message);
  }
}
