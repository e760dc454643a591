import type { Inventory, JournalEntry, MockQmp } from 'qmp-mock';

/** Circumstances of an entry of a journal. */
interface Moment {
  /** Milliseconds since the watch began. */
  readonly at: number;
  readonly machine: Inventory;
}

/**
 * Notes when entries came into a mock's journal, and how its machine was then. A journal itself knows the
 * time on the mock's clock only, which a test may turn by hand.
 */
export class JournalWatch {
  /** Time on `performance.now` at which it began, in ms. */
  readonly began: number = performance.now();
  readonly #moments = new WeakMap<JournalEntry, Moment>();

  constructor(mock: MockQmp) {
    mock.journal.onEntry((entry) => {
      this.#moments.set(entry, { at: performance.now() - this.began, machine: mock.machine.inventory() });
    });
  }

  /** Circumstances of an entry, if it came after the watch began. */
  momentOf(entry: JournalEntry): Moment | undefined {
    return this.#moments.get(entry);
  }
}
