/** Where the engine takes its time from: the system, or a clock that a test turns by hand. */
export interface Clock {
  /** Microseconds since the epoch. */
  now(): number;
  /**
   * Calls `action` once, `ms` from now, and gives a function that calls it off.
   *
   * @param waiting - What waits, for those who wonder why it does not come.
   */
  after(ms: number, action: () => void, waiting?: Waiting): () => void;
}

/** What waits on a clock. */
export interface Waiting {
  readonly kind: 'event' | 'reply' | 'other';
  /** Its name, and where the program says so, for a message; `undefined` where nothing does. Asked for only by a report. */
  readonly what: () => string | undefined;
}
