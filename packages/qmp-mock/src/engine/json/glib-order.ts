import { sortMembers } from './member-order.ts';
import { encode } from './utf8.ts';

/**
 * The choice of the unexpected member that QEMU names, if there are several.
 *
 * QEMU's input visitor (`qapi/qobject-input-visitor.c`) copies the members of an object into a GLib hash
 * table, takes out each member that it visits, and at the end complains of the first that the table's
 * iterator gives. So the answer depends on where GLib puts strings. This file works that out:
 *
 * - `g_str_hash`: h = 5381, then h = 33·h + c for each byte, c signed, in 32 bits. 0 and 1 mark free and
 *   deleted slots, so a hash below 2 is stored as 2.
 * - A table has 2^s slots (s ≥ 3). A key's first slot is 11·h (in 32 bits) modulo a fixed prime below 2^s;
 *   after a collision it moves on by 1, 2, 3, … slots.
 * - A deleted slot stays marked, and is used again by the next insertion that passes it.
 * - After an insertion into a free slot, and after each removal, the table is resized if it has more than 8
 *   slots and less than a quarter of them used, or if used and deleted slots together leave no more than 1/16
 *   free. The new size is the least power of two above 4/3 of the keys.
 * - Resizing moves keys within the table: slot by slot, each key goes to its new place, and drives out the
 *   key it finds there, which is placed next.
 */

/** The prime for tables of 2^0, 2^1, … slots. */
const PRIMES = [
  1, 2, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071, 262139, 524287,
  1048573, 2097143,
];
const MIN_SHIFT = 3;

/** Slots that are looked at for a key; that one is driven further has not been seen. */
const MOST_PROBES = 32;

/** A slot that a key may be in, after keys before it. */
interface Way {
  readonly at: number;
  /** How many slots those keys were driven on. */
  readonly cost: number;
  /** Index of the previous key's way that leads here. */
  readonly before: number;
}

interface Entry {
  readonly hash: number;
  readonly key: string;
}

const DELETED: unique symbol = Symbol('deleted');
type Slot = Entry | typeof DELETED | undefined;

function hashOf(key: string): number {
  let hash = 5381;
  for (const byte of encode(key)) hash = (Math.imul(hash, 33) + ((byte << 24) >> 24)) >>> 0;
  return Math.max(hash, 2);
}

/** The size of a table into which so many keys came one after another. */
function shiftFor(keys: number): number {
  let shift = MIN_SHIFT;
  for (let taken = 1; taken <= keys; taken += 1) {
    if (1 << shift > taken + Math.floor(taken / 16)) continue;
    shift = 0;
    for (let n = Math.trunc(taken * 1.333); n > 0; n >>= 1) shift++;
    shift = Math.max(shift, MIN_SHIFT);
  }
  return shift;
}

/** The order of a GLib hash table of strings: its iterator gives keys slot by slot. */
export class GlibTable {
  #shift = MIN_SHIFT;
  #slots: Slot[] = Array.from<Slot>({ length: 1 << MIN_SHIFT });
  #keys = 0;
  /** Slots that are not free: keys and deleted ones. */
  #taken = 0;

  /**
   * The table whose iterator gives these keys, of which none was deleted; `undefined` if there is none that
   * is certain. It goes on as QEMU's own does.
   */
  static restore(keys: readonly string[]): GlibTable | undefined {
    const table = new GlibTable();
    table.#shift = shiftFor(keys.length);
    const places = table.#places(keys);
    if (places === undefined) return undefined;
    table.#slots = Array.from<Slot>({ length: 1 << table.#shift });
    for (const [index, key] of keys.entries()) table.#slots[places[index]!] = { hash: hashOf(key), key };
    table.#keys = keys.length;
    table.#taken = keys.length;
    return table;
  }

  /**
   * The place of each key, if the keys come in this order and each is as near to its first slot as possible.
   */
  #places(keys: readonly string[]): number[] | undefined {
    let ways: readonly Way[] = [{ at: -1, cost: 0, before: -1 }];
    const steps: (readonly Way[])[] = [];
    for (const key of keys) {
      const next: Way[] = [];
      for (const [cost, at] of this.#probes(key).entries()) {
        let best: Way | undefined;
        for (const [before, way] of ways.entries()) {
          const total = way.cost + cost;
          if (way.at < at && (best === undefined || total < best.cost)) best = { at, cost: total, before };
        }
        if (best !== undefined) next.push(best);
      }
      if (next.length === 0) return undefined;
      steps.push(next);
      ways = next;
    }
    const places: number[] = [];
    let way = ways.reduce((best, other) => (other.cost < best.cost ? other : best));
    for (let step = steps.length - 1; step >= 0; step -= 1) {
      places.unshift(way.at);
      way = steps[step - 1]?.[way.before] ?? way;
    }
    return this.#isSound(keys, places) ? places : undefined;
  }

  /** Whether every key was driven from the slots before its own by others that are there. */
  #isSound(keys: readonly string[], places: readonly number[]): boolean {
    const taken = new Set(places);
    return keys.every((key, index) => {
      const probes = this.#probes(key);
      return probes.slice(0, probes.indexOf(places[index]!)).every((slot) => taken.has(slot));
    });
  }

  /** Slots that are looked at for a key, in order. */
  #probes(key: string): number[] {
    const mask = (1 << this.#shift) - 1;
    const probes: number[] = [];
    let index = this.#firstSlot(hashOf(key));
    for (let step = 1; step <= MOST_PROBES; step++) {
      probes.push(index);
      index = (index + step) & mask;
    }
    return probes;
  }

  #firstSlot(hash: number): number {
    return (Math.imul(hash, 11) >>> 0) % PRIMES[this.#shift]!;
  }

  /** Index of the key's slot, or of the slot where it would go. */
  #find(entry: Entry): number {
    const mask = this.#slots.length - 1;
    let deleted = -1;
    let index = this.#firstSlot(entry.hash);
    for (let step = 1; ; step++) {
      const slot = this.#slots[index];
      if (slot === undefined) return deleted === -1 ? index : deleted;
      if (slot === DELETED) {
        if (deleted === -1) deleted = index;
      } else if (slot.hash === entry.hash && slot.key === entry.key) {
        return index;
      }
      index = (index + step) & mask;
    }
  }

  has(key: string): boolean {
    const slot = this.#slots[this.#find({ hash: hashOf(key), key })];
    return slot !== undefined && slot !== DELETED;
  }

  add(key: string): void {
    const entry: Entry = { hash: hashOf(key), key };
    const index = this.#find(entry);
    const wasFree = this.#slots[index] === undefined;
    this.#slots[index] = entry;
    this.#keys++;
    if (wasFree) {
      this.#taken++;
      this.#resizeIfNeeded();
    }
  }

  delete(key: string): void {
    const index = this.#find({ hash: hashOf(key), key });
    const slot = this.#slots[index];
    if (slot === undefined || slot === DELETED) return;
    this.#slots[index] = DELETED;
    this.#keys--;
    this.#resizeIfNeeded();
  }

  first(): string | undefined {
    return this.keys().next().value;
  }

  /** The keys, in the order of the table's iterator. */
  *keys(): Generator<string, undefined> {
    for (const slot of this.#slots) {
      if (slot !== undefined && slot !== DELETED) yield slot.key;
    }
    return undefined;
  }

  #resizeIfNeeded(): void {
    const size = this.#slots.length;
    const sparse = size > this.#keys * 4 && size > 1 << MIN_SHIFT;
    const full = size <= this.#taken + Math.floor(this.#taken / 16);
    if (sparse || full) this.#resize();
  }

  #resize(): void {
    const oldSize = this.#slots.length;
    let shift = 0;
    for (let n = Math.trunc(this.#keys * 1.333); n > 0; n >>= 1) shift++;
    this.#shift = Math.max(shift, MIN_SHIFT);
    const size = 1 << this.#shift;
    const slots = this.#slots;
    while (slots.length < size) slots.push(undefined);
    const placed = new Set<number>();
    for (let i = 0; i < oldSize; i++) {
      if (placed.has(i)) continue;
      let moving = slots[i];
      slots[i] = undefined;
      while (moving !== undefined && moving !== DELETED) {
        let index = this.#firstSlot(moving.hash);
        for (let step = 1; placed.has(index); step++) index = (index + step) & (size - 1);
        placed.add(index);
        const drivenOut: Slot = slots[index];
        slots[index] = moving;
        moving = drivenOut;
      }
    }
    slots.length = size;
    this.#taken = this.#keys;
  }
}

/**
 * The member that QEMU names in `Parameter '…' is unexpected`, or `undefined` if every member is expected.
 *
 * @param memberNames - The members of the object, in the order in which they came.
 * @param expected - The members that the visitor takes out, in the order in which it visits them. Names that
 *   the object doesn't have are ignored.
 * @example
 * firstUnexpected(['command-line', 'foo'], ['command-line', 'cpu-index']) // 'foo'
 */
export function firstUnexpected(
  memberNames: Iterable<string>,
  expected: Iterable<string>,
): string | undefined {
  const names = [...memberNames];
  const visited = [...expected];
  // Almost always there is nothing unexpected, or one thing: then no table is needed.
  const wanted = new Set(visited);
  const surplus = names.filter((name) => !wanted.has(name));
  if (surplus.length < 2) return surplus[0];
  const table = new GlibTable();
  for (const name of sortMembers(names)) table.add(name);
  for (const name of visited) table.delete(name);
  return table.first();
}
