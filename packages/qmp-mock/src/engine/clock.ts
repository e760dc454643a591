/** The engine's source of time: the system, or a clock that a test turns by hand. */
export interface Clock {
  /** Microseconds since the epoch. */
  now(): number;
  /**
   * Calls `action` once, `ms` milliseconds from now. Returns a function that cancels it.
   *
   * @param waiting - Description of the delay, for reports.
   */
  after(ms: number, action: () => void, waiting?: Waiting): () => void;
}

/** Description of a delay. */
export interface Waiting {
  readonly kind: 'event' | 'reply' | 'other';
  /**
   * Gives its name and its place in the test's source, for a message; `undefined` if unknown. Only a report
   * asks for it.
   */
  readonly what: () => string | undefined;
}
