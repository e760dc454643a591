import type { QomMount } from '../qom/mount.ts';
import { textProperty } from '../qom/property.ts';

/** Devices that were plugged in with an id, by that id. */
export class PluggedDevices {
  readonly #drivers = new Map<string, string>();

  /** Whether there is one of that id. */
  has(id: string): boolean {
    return this.#drivers.has(id);
  }

  /** Plugs one in. */
  add(id: string, driver: string): void {
    this.#drivers.set(id, driver);
  }

  /** Their place in the tree. */
  get mount(): QomMount {
    return {
      path: '/machine/peripheral',
      children: () => [...this.#drivers].map(([name, type]) => ({ name, type })),
      properties: (id) => {
        const driver = this.#drivers.get(id);
        return driver === undefined ? undefined : [['type', textProperty(driver)]];
      },
    };
  }
}
