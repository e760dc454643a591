import type { QmpEvent } from './wire/messages.ts';
import { parseJson } from './wire/parse-json.ts';

/**
 * The last events of one connection, numbered from 0 on in the order of their coming.
 *
 * Each reader gets its own object, so no reader sees another's changes. The first reader gets the object that
 * was parsed when the event came; for each later one the text is parsed again. Most events have at most one
 * reader, so they cost no more than their text.
 */
export class EventHistory {
  readonly #capacity: number;
  /**
   * A ring: the event with the number n is at index n modulo `#size`. A ring keeps its memory: in a flood of
   * events, moving them would cost as much as reading them.
   */
  readonly #events: (QmpEvent | undefined)[] = [];
  readonly #texts: string[] = [];
  readonly #names: string[] = [];
  /**
   * Length of the ring: one more than the capacity, so that a full history can still take the newest event.
   */
  readonly #size: number;
  #oldest = 0;
  #next = 0;
  /**
   * Number of the first event whose text may be a piece of a larger one, and how long these texts are in all.
   */
  #firstPiece = 0;
  #pieces = 0;

  /** @param capacity - Number of events to keep; 0 drops them all. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#size = Math.max(0, Math.floor(capacity)) + 1;
  }

  /** Number of the oldest event that is still there. It is also the number of dropped events. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Number of the next event. */
  get next(): number {
    return this.#next;
  }

  /** Whether there are more events than the capacity allows, so that the oldest has to go. */
  get overfull(): boolean {
    return this.#next - this.#oldest > this.#capacity;
  }

  /** Adds a new event with the text that it was parsed from. Returns its number. */
  push(event: QmpEvent, text: string): number {
    const number = this.#next++;
    const index = number % this.#size;
    this.#events[index] = event;
    this.#texts[index] = text;
    this.#pieces += text.length;
    this.#names[index] = event.event;
    return number;
  }

  /**
   * The texts that came since the last call are pieces of one of this length. V8 keeps the whole for as long
   * as a piece of it: if the events are less than half of it, their texts are copied.
   */
  cutFrom(length: number): void {
    if (this.#pieces > 0 && 2 * this.#pieces < length) {
      for (let number = Math.max(this.#firstPiece, this.#oldest); number < this.#next; number++) {
        const index = number % this.#size;
        this.#texts[index] = ownCopy(this.#texts[index] as string);
      }
    }
    this.#firstPiece = this.#next;
    this.#pieces = 0;
  }

  /** Drops the oldest event. Returns its number. */
  dropOldest(): number {
    const number = this.#oldest++;
    const index = number % this.#size;
    this.#events[index] = undefined;
    this.#texts[index] = '';
    return number;
  }

  /** Whether the event with that number is still there. */
  has(number: number): boolean {
    return number >= this.#oldest && number < this.#next;
  }

  /** Name of an event that is there. */
  nameOf(number: number): string {
    return this.#names[number % this.#size] as string;
  }

  /** An event to look at: the caller neither keeps nor changes it. */
  peek(number: number): QmpEvent {
    const index = number % this.#size;
    return this.#events[index] ?? parseEvent(this.#texts[index] as string);
  }

  /** An event as an object that nobody else gets. */
  give(number: number): QmpEvent {
    const index = number % this.#size;
    const event = this.#events[index];
    if (event === undefined) return parseEvent(this.#texts[index] as string);
    this.#events[index] = undefined;
    return event;
  }
}

const parseEvent = (text: string): QmpEvent => parseJson(text) as unknown as QmpEvent;

/** The text in memory of its own. */
const ownCopy = (text: string): string => Buffer.from(text).toString();
