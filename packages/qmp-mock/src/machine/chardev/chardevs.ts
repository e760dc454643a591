import { GlibTable } from '../../engine/json/glib-order.ts';
import type { QDict } from '../../engine/json/value.ts';
import { textOf } from '../command.ts';
import type { ChardevInfo, ChardevRegistry } from '../machine-host.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { MOST_MEMORY } from '../memory/memory-backend.ts';
import { RingBuffer } from './ring-buffer.ts';

/** A chardev that lives in the machine alone: nothing outside sees it. */
interface InternalChardev {
  readonly kind: string;
  readonly ring?: RingBuffer;
  /** The chardev below a multiplexer. */
  readonly base?: string;
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
  /** QEMU lists them as its hash table of children does, backwards. */
  readonly #order = new GlibTable();
  readonly #known = new Set<string>();

  /** @param outside - Chardevs of the program around the machine. */
  constructor(outside: ChardevRegistry | undefined) {
    this.#outside = outside;
  }

  /** All of them, in QEMU's order. */
  list(): ChardevInfo[] {
    const all = new Map<string, ChardevInfo>();
    for (const info of this.#outside?.list() ?? []) all.set(info.label, info);
    for (const [label, { kind }] of this.#internal) {
      all.set(label, { label, kind, filename: kind, frontendOpen: false, busy: this.#isBase(label) });
    }
    for (const label of this.#known) {
      if (!all.has(label)) {
        this.#known.delete(label);
        this.#order.delete(label);
      }
    }
    for (const label of all.keys()) {
      if (!this.#known.has(label)) {
        this.#known.add(label);
        this.#order.add(label);
      }
    }
    return [...this.#order.keys()].toReversed().flatMap((label) => all.get(label) ?? []);
  }

  /** Those that `yank` can break: connections, in the order in which they came. */
  yankable(): ChardevInfo[] {
    return (this.#outside?.list() ?? []).filter(({ kind = 'socket' }) => kind === 'socket');
  }

  /** One of them. */
  find(label: string): ChardevInfo | undefined {
    return this.list().find((info) => info.label === label);
  }

  /** The ring buffer of a chardev, or `undefined` where it is of another kind. */
  ring(label: string): RingBuffer | undefined {
    return this.#internal.get(label)?.ring;
  }

  /** Whether something is attached to it. */
  isBusy(info: ChardevInfo): boolean {
    return info.busy ?? (info.frontendOpen || this.#isBase(info.label));
  }

  /** Adds one; throws, or rejects with, an `Error` with QEMU's reason where it cannot. */
  add(label: string, backend: QDict): void | Promise<void> {
    this.list(); // takes note of those that came before
    const type = textOf(backend, 'type');
    const data = backend.get('data') as QDict;
    const kind = INTERNAL.get(type);
    if (kind === undefined) {
      if (NEEDS_HOST.test(type)) notModelled(`a chardev of type ${type}`);
      if (this.#outside?.add === undefined) notModelled(`a chardev of type ${type} here`);
      return this.#outside.add(label, backend);
    }
    if (kind === 'ringbuf') {
      this.#internal.set(label, { kind, ring: new RingBuffer(ringSize(data)) });
    } else if (kind === 'mux') {
      const base = textOf(data, 'chardev');
      if (this.find(base) === undefined) throw new Error(`mux: base chardev ${base} not found`);
      this.#internal.set(label, { kind, base });
    } else {
      this.#internal.set(label, { kind });
    }
    this.list(); // in the order in which they came
    return undefined;
  }

  /** Takes one away. */
  remove(label: string): void {
    if (!this.#internal.delete(label)) this.#outside?.remove?.(label);
  }

  #isBase(label: string): boolean {
    return [...this.#internal.values()].some(({ base }) => base === label);
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
