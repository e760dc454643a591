import { stringifyJson } from 'qmp-core/wire';
import { isUnrecorded } from './unrecorded.ts';

/** Which way a message went, seen from the client, as `onMessage` says it; `note` is a remark that nobody sent. */
export type TranscriptDirection = 'out' | 'in' | 'note';

/** One entry of a {@link Transcript}. */
export interface TranscriptEntry {
  /** Milliseconds since the transcript began; `undefined` where that is not known. */
  readonly at: number | undefined;
  readonly direction: TranscriptDirection;
  /** The message as compact JSON, or the remark. */
  readonly text: string;
  /** Number of the connection, where there may be several. */
  readonly connection?: number | undefined;
}

/** What {@link Transcript} can be told. */
export interface TranscriptOptions {
  /** Name of the machine, shown where a test has more than one. Default: `'vm'`. */
  name?: string | undefined;
  /** How many characters are kept; the oldest entries go first. Default: 32 Mi. */
  limit?: number | undefined;
  /** Milliseconds on a clock that never goes back. Default: `performance.now`. */
  now?: (() => number) | undefined;
}

const DEFAULT_LIMIT = 32 * 1024 * 1024;

/**
 * The readable log of one conversation, as it goes.
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
  readonly #start: number;
  readonly #limit: number;
  #entries: TranscriptEntry[] = [];
  /** How many of `#entries`, from the front, were dropped; cut off in bulk so that dropping stays cheap. */
  #stale = 0;
  #size = 0;
  #dropped = 0;
  #sealed = false;

  constructor(options: TranscriptOptions = {}) {
    this.name = options.name ?? 'vm';
    this.#limit = options.limit ?? DEFAULT_LIMIT;
    this.#now = options.now ?? performance.now.bind(performance);
    this.#start = this.#now();
  }

  /** Adds a message that was sent or received. It is written down at once: what is done to the object later does not show. */
  readonly record = (direction: 'out' | 'in', message: unknown): void => {
    if (!this.#sealed && !isUnrecorded(message)) this.#add(direction, asText(message));
  };

  /** Adds a remark, such as "connection closed". */
  note(text: string): void {
    if (!this.#sealed) this.#add('note', text);
  }

  /** Takes nothing more in. */
  seal(): void {
    this.#sealed = true;
  }

  /** All that is kept, oldest first. */
  get entries(): readonly TranscriptEntry[] {
    return this.#entries.slice(this.#stale);
  }

  /** How many entries were dropped because of `limit`. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many entries there have been; a position for {@link Transcript.since}. */
  get length(): number {
    return this.#dropped + this.#entries.length - this.#stale;
  }

  /** What came after a position that `length` gave earlier. */
  since(position: number): readonly TranscriptEntry[] {
    return this.entries.slice(Math.max(0, position - this.#dropped));
  }

  #add(direction: TranscriptDirection, text: string): void {
    this.#entries.push({ at: this.#now() - this.#start, direction, text });
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

/** A transcript must never be what makes a test fail, so what has no JSON form is shown as JavaScript would. */
function asText(message: unknown): string {
  try {
    return stringifyJson(message);
  } catch {
    return String(message);
  }
}
