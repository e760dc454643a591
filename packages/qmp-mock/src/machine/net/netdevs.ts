import type { QDict } from '../../engine/json/value.ts';
import type { GivenOption } from '../machine-options.ts';
import { optionValues } from '../setup/option-values.ts';

/** A network backend, of `-netdev` or `netdev_add`. */
export interface Netdev {
  readonly id: string;
  /** Its kind, for example `user`. */
  readonly type: string;
  /** Number of the hub that it is a port of. */
  readonly hub: string | undefined;
  /** The other backend that it, as a port of a hub, is connected with. */
  readonly peer: string | undefined;
}

/** The network backends of a machine, in the order in which they came. */
export class Netdevs {
  readonly #netdevs: Netdev[];

  /** @param given - The command line. */
  constructor(given: readonly GivenOption[]) {
    this.#netdevs = given.flatMap(({ name, argument }) => {
      if (name !== 'netdev') return [];
      const values = optionValues(argument, 'type');
      const [id, type] = [values.get('id'), values.get('type')];
      if (id === undefined || type === undefined) return [];
      return [{ id, type, hub: values.get('hubid'), peer: values.get('netdev') }];
    });
  }

  list(): readonly Netdev[] {
    return this.#netdevs;
  }

  find(id: string): Netdev | undefined {
    return this.#netdevs.find((netdev) => netdev.id === id);
  }

  /** Whether a port of a hub is connected with it, so that no card can be. */
  isOnHub(id: string): boolean {
    return this.find(id)?.peer !== undefined || this.#netdevs.some(({ peer }) => peer === id);
  }

  /** Makes one from the arguments of `netdev_add`. The caller has seen to it that the id is free. */
  add(args: QDict): void {
    const text = (name: string): string | undefined => {
      const value = args.get(name);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    };
    const hub = text('hubid');
    this.#netdevs.push({ id: text('id') ?? '', type: text('type') ?? '', hub, peer: text('netdev') });
  }

  /** Takes one away. What it was connected with is free again. */
  remove(id: string): void {
    const at = this.#netdevs.findIndex((netdev) => netdev.id === id);
    if (at >= 0) this.#netdevs.splice(at, 1);
    for (const [index, netdev] of this.#netdevs.entries()) {
      if (netdev.peer === id) this.#netdevs[index] = { ...netdev, peer: undefined };
    }
  }
}
