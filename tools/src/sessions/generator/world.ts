import type { Dice } from './dice.ts';

/** Machines, as far as ordinary devices are concerned. */
export type Board = 'none' | 'pc' | 'q35' | 'microvm' | 'isapc';

/** A device that a session has, or thinks it has. */
export interface Device {
  readonly id: string;
  readonly model: string;
}

/**
 * Things that exist as far as the generator knows. It's good enough to name things, but isn't a second
 * machine: each command adds to it as if it succeeded.
 */
export class World {
  board: Board = 'none';
  readonly devices: Device[] = [];
  /** Block nodes that may get a device or a job. */
  readonly nodes: string[] = [];
  /** Names that `device` members of block commands take: of `-drive`. */
  readonly drives: string[] = [];
  readonly netdevs: string[] = [];
  readonly chardevs: string[] = [];
  readonly objects: { readonly id: string; readonly type: string }[] = [];
  readonly jobs: string[] = [];
  readonly bitmaps: { readonly node: string; readonly name: string }[] = [];
  readonly exports: string[] = [];
  /** Image files that nothing has opened yet. */
  readonly freeImages: string[] = ['d0.qcow2', 'd1.qcow2', 'new.qcow2', 'r.img', 'ov.qcow2'];
  /** Block nodes, netdevs and memory backends without a user. */
  readonly freeNodes: string[] = [];
  readonly freeNetdevs: string[] = [];
  readonly freeChardevs: string[] = [];
  readonly freeMemory: string[] = [];
  #count = 0;

  /** An id that nothing has: of a style that some project uses. */
  freshId(dice: Dice, stem: string): string {
    this.#count += 1;
    const n = this.#count;
    return dice.weighted([
      [6, `${stem}${n}`],
      [1, `${stem}-${n}`],
      [1, `${stem}_${n}.a`],
    ]);
  }

  /** Devices of the models that begin so. */
  devicesOf(...models: readonly string[]): string[] {
    return this.devices
      .filter(({ model }) => models.some((start) => model.startsWith(start)))
      .map(({ id }) => id);
  }

  objectsOf(...types: readonly string[]): string[] {
    return this.objects
      .filter(({ type }) => types.some((start) => type.startsWith(start)))
      .map(({ id }) => id);
  }

  /** Takes an item out of a list of free ones. */
  take(dice: Dice, free: string[]): string | undefined {
    return free.length === 0 ? undefined : free.splice(dice.integer(0, free.length - 1), 1)[0];
  }
}

/** One of the names that are there, most of the time; else one that is not. */
export function named(dice: Dice, there: readonly string[], miss = 20): string {
  return there.length === 0 || dice.percent(miss)
    ? dice.pick(['nosuch', 'nope', 'x0', 'drive9', ''])
    : dice.pick(there);
}
