/** Where the engine takes its time from: the system, or a clock that a test turns by hand. */
export interface Clock {
  /** Microseconds since the epoch. */
  now(): number;
  /** Calls `action` once, `ms` from now, and gives a function that calls it off. */
  after(ms: number, action: () => void): () => void;
}
