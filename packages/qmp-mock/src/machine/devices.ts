/** Devices that were plugged in with an id, by that id. */
export class Devices {
  readonly #drivers = new Map<string, string>();

  /** Whether there is one of that id. */
  has(id: string): boolean {
    return this.#drivers.has(id);
  }

  /** Plugs one in. */
  add(id: string, driver: string): void {
    this.#drivers.set(id, driver);
  }

  /** Ids and models, oldest first. */
  list(): { id: string; driver: string }[] {
    return [...this.#drivers].map(([id, driver]) => ({ id, driver }));
  }
}
