import { GlibTable } from '../../engine/json/glib-order.ts';
import { QDict } from '../../engine/json/value.ts';
import { textOf } from '../command.ts';
import type { ChardevInfo, ChardevRegistry } from '../machine-host.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { MOST_MEMORY } from '../memory/memory-backend.ts';
import { RingBuffer } from './ring-buffer.ts';

/** A chardev that lives in the machine alone: nothing outside sees it. */
interface InternalChardev {
  readonly kind: string;
  readonly ring: RingBuffer | undefined;
  /** The chardev below a multiplexer. */
  readonly base: string | undefined;
}

/** Kinds that need nothing of the world, and how `query-chardev` names them. */
const INTERNAL = new Map([
  ['null', 'null'],
  ['ringbuf', 'ringbuf'],
  ['memory', 'ringbuf'],
  ['mux', 'mux'],
]);

/** Kinds that open something of the host which the mock does not have. */
const NEEDS_HOST = /^(pty|pipe|serial|tty|parallel|parport|udp|braille|dbus|spice.*)$/;
/** Default size of a ring buffer, in bytes. */
const RING_SIZE = 65_536;

/** Every chardev of a machine: those of the program around it, and those that the machine keeps itself. */
export class Chardevs {
  readonly #outside: ChardevRegistry | undefined;
  readonly #internal = new Map<string, InternalChardev>();
  /** Number of multiplexers that are on a chardev. */
  readonly #muxes = new Map<string, number>();
  /** QEMU lists them as its hash table of children does, backwards. */
  readonly #order = new GlibTable();
  /** Owners of chardevs that objects have taken, by chardev. */
  readonly #owners = new Map<string, string>();
  /** Those of the program around that are in the table. */
  readonly #known = new Set<string>();

  /** @param outside - Chardevs of the program around the machine. */
  constructor(outside: ChardevRegistry | undefined) {
    this.#outside = outside;
  }

  /** All of them, in QEMU's order. */
  list(): ChardevInfo[] {
    const outside = new Map(this.#noteOutside().map((info) => [info.label, info]));
    return [...this.#order.keys()].toReversed().flatMap((label) => {
      const info = this.#info(label) ?? outside.get(label);
      return info === undefined ? [] : this.#owned(info);
    });
  }

  /** An object takes a chardev for itself. */
  claim(label: string, owner: string): void {
    this.#owners.set(label, owner);
  }

  /** An object is gone, and gives back what it has. */
  release(owner: string): void {
    for (const [label, other] of this.#owners) if (other === owner) this.#owners.delete(label);
  }

  /** Those that `yank` can break: connections, in the order in which they came. */
  yankable(): ChardevInfo[] {
    return (this.#outside?.list() ?? []).filter(({ kind = 'socket' }) => kind === 'socket');
  }

  /** One of them. */
  find(label: string): ChardevInfo | undefined {
    const outside = this.#noteOutside();
    const found = this.#info(label) ?? outside.find((info) => info.label === label);
    return found === undefined ? undefined : this.#owned(found);
  }

  #owned(info: ChardevInfo): ChardevInfo {
    return this.#owners.has(info.label) ? { ...info, frontendOpen: true, busy: true } : info;
  }

  /** The ring buffer of a chardev, or `undefined` if it is of another kind. */
  ring(label: string): RingBuffer | undefined {
    return this.#internal.get(label)?.ring;
  }

  /** Whether something is attached to it. */
  isBusy(info: ChardevInfo): boolean {
    return info.busy ?? (info.frontendOpen || this.#muxes.has(info.label));
  }

  /** Adds one; throws, or rejects with, an `Error` with QEMU's reason if it cannot. */
  add(label: string, backend: QDict): void | Promise<void> {
    this.#noteOutside(); // those that came before
    const type = textOf(backend, 'type');
    const data = backend.get('data') as QDict;
    const kind = INTERNAL.get(type);
    if (kind === undefined) {
      if (NEEDS_HOST.test(type)) notModelled(`a chardev of type ${type}`);
      if (data.has('in')) notModelled('a chardev with a file that it reads');
      const address = data.get('addr');
      if (address instanceof QDict && address.get('type') === 'fd') {
        const name = textOf(address.get('data') as QDict, 'str');
        if (!/^\d+$/.test(name)) notModelled('a chardev on a descriptor with a name');
      }
      if (this.#outside?.add === undefined) notModelled(`a chardev of type ${type} here`);
      return this.#outside.add(label, backend);
    }
    const base = kind === 'mux' ? textOf(data, 'chardev') : undefined;
    if (base !== undefined && this.find(base) === undefined)
      throw new Error(`mux: base chardev ${base} not found`);
    const ring = kind === 'ringbuf' ? new RingBuffer(ringSize(data)) : undefined;
    this.#internal.set(label, { kind, ring, base });
    this.#countMux(base, 1);
    this.#order.add(label);
    return undefined;
  }

  /** Takes one away. */
  remove(label: string): void {
    const chardev = this.#internal.get(label);
    if (chardev === undefined) {
      this.#outside?.remove?.(label);
      return;
    }
    this.#internal.delete(label);
    this.#countMux(chardev.base, -1);
    this.#order.delete(label);
  }

  /** Takes note of which of the program around came and went; gives those that are there. */
  #noteOutside(): readonly ChardevInfo[] {
    const list = this.#outside?.list() ?? [];
    const labels = new Set(list.map(({ label }) => label));
    for (const label of this.#known) {
      if (labels.has(label)) continue;
      this.#known.delete(label);
      if (!this.#internal.has(label)) this.#order.delete(label);
    }
    for (const label of labels) {
      if (this.#known.has(label)) continue;
      this.#known.add(label);
      if (!this.#order.has(label)) this.#order.add(label);
    }
    return list;
  }

  /** One that the machine keeps itself. */
  #info(label: string): ChardevInfo | undefined {
    const chardev = this.#internal.get(label);
    if (chardev === undefined) return undefined;
    const { kind } = chardev;
    return { label, kind, filename: kind, frontendOpen: false, busy: this.#muxes.has(label) };
  }

  #countMux(base: string | undefined, step: 1 | -1): void {
    if (base === undefined) return;
    const count = (this.#muxes.get(base) ?? 0) + step;
    if (count === 0) this.#muxes.delete(base);
    else this.#muxes.set(base, count);
  }
}

function ringSize(data: QDict): number {
  const asked = (data.get('size') ?? 0) as number | bigint;
  const size = BigInt.asUintN(64, BigInt(asked));
  if (size === 0n) return RING_SIZE;
  if ((size & (size - 1n)) !== 0n) throw new Error('size of ringbuf chardev must be power of two');
  if (size >= MOST_MEMORY) notModelled(`a ringbuf of ${asked} bytes: QEMU ends as it cannot allocate them`);
  return Number(size);
}
