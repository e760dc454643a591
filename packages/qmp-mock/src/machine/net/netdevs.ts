import { notModelled } from '../../engine/not-modelled.ts';
import type { QDict } from '../../engine/json/value.ts';
import { genericError, textOf } from '../command.ts';
import { isIdentifier } from '../identifier.ts';

/** Kinds that need nothing of the host, and the arguments with which that is certain. */
const PLAIN: Readonly<Record<string, ReadonlySet<string>>> = {
  user: new Set(['id', 'type']),
  hubport: new Set(['id', 'type', 'hubid']),
};

/** Network backends by their ids: named things that a card can have. */
export class Netdevs {
  readonly #ids: Set<string>;
  /** Ids that were there. */
  readonly #gone = new Set<string>();

  /** @param ids - Those of the command line. */
  constructor(ids: readonly string[]) {
    this.#ids = new Set(ids);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Whether there was one of that id, and no longer is. */
  hasGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** `netdev_add`. Throws QEMU's refusal. */
  add(args: QDict): void {
    const id = textOf(args, 'id');
    const type = textOf(args, 'type');
    if (isIdentifier(id) && this.#ids.has(id)) throw genericError(`Duplicate ID '${id}'`);
    const isPlain = Object.hasOwn(PLAIN, type) && [...args.keys()].every((name) => PLAIN[type]!.has(name));
    if (!isPlain || !isIdentifier(id)) notModelled(`a network backend ${type} like this`);
    this.#ids.add(id);
    this.#gone.delete(id);
  }

  remove(id: string): void {
    this.#ids.delete(id);
    this.#gone.add(id);
  }
}
