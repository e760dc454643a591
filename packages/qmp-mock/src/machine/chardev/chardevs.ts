import { GlibTable } from '../../engine/json/glib-order.ts';
import { QDict } from '../../engine/json/value.ts';
import { textOf } from '../command.ts';
import type { ChardevInfo, ChardevRegistry } from '../machine-host.ts';
import type { GivenOption } from '../machine-options.ts';
import type { MachineRules } from '../machine-rules.ts';
import { givenValue } from '../qom/given-value.ts';
import { optionValues } from '../setup/option-values.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { MOST_MEMORY } from '../memory/memory-backend.ts';
import { RingBuffer } from './ring-buffer.ts';

/** A chardev that lives in the machine alone: nothing outside sees it. */
interface InternalChardev {
  readonly kind: string;
  readonly ring: RingBuffer | undefined;
  /** The chardevs below a multiplexer or a hub. */
  readonly bases: readonly string[];
}

/** Kinds that need nothing of the world. */
const INTERNAL = new Set(['null', 'ringbuf', 'memory', 'mux', 'hub', 'udp']);

/** Kinds that open something of the host which the mock does not have. */
const NEEDS_HOST = /^(pty|parallel|parport|braille|dbus|spice.*)$/;
const MISSING = 'No such file or directory';
/** Kinds of chardevs on which no hub can be. */
const SHARED = /^(mux|hub)$/;
/** Most chardevs of a hub. */
const MOST_BASES = 4;
/** Ring buffers. */
const RING = /^(ringbuf|memory)$/;
/** Default size of a ring buffer, in bytes. */
const RING_SIZE = 65_536;

/** QEMU's refusal of a hub on a chardev that is shared already. */
export function cannotStack(id: string): string {
  return (
    `hub: multiplexers and hub devices can't be stacked, check chardev '${id}', ` +
    "chardev should not be a hub device or have 'mux=on' enabled"
  );
}

/** Surroundings of {@link Chardevs}. */
export interface ChardevsParts {
  /** Chardevs of the program around the machine. */
  readonly outside: ChardevRegistry | undefined;
  /** The command line. */
  readonly given: readonly GivenOption[];
  readonly rules: Pick<MachineRules, 'chardevInUse' | 'muxAlwaysBusy'>;
  /** Whether a device of the guest has one. */
  readonly isUsed: (id: string) => boolean;
  /** Whether a device of the guest has it open. */
  readonly isOpen: (id: string) => boolean;
  /** Whether the version has a kind. */
  readonly isKind: (type: string) => boolean;
  readonly whyNotOpened: ((path: string) => string | undefined) | undefined;
  readonly whyNotWritable: (path: string) => string | undefined;
  readonly writeFile: ((path: string, bytes: Uint8Array) => void) | undefined;
}

/** Every chardev of a machine: those of the program around it, and those that the machine keeps itself. */
export class Chardevs {
  readonly #parts: ChardevsParts;
  readonly #outside: ChardevRegistry | undefined;
  /** Ring buffers of the command line, once they are used. */
  readonly #rings = new Map<string, RingBuffer>();
  readonly #internal = new Map<string, InternalChardev>();
  /** Number of multiplexers that are on a chardev. */
  readonly #muxes = new Map<string, number>();
  /** QEMU lists them as its hash table of children does, backwards. */
  readonly #order = new GlibTable();
  /** Owners of chardevs that objects have taken, by chardev. */
  readonly #owners = new Map<string, string>();
  /** Those of the program around that are in the table. */
  readonly #known = new Set<string>();

  constructor(parts: ChardevsParts) {
    this.#parts = parts;
    this.#outside = parts.outside;
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
    const isOpen = this.#owners.has(info.label) || this.#parts.isOpen(info.label);
    return isOpen ? { ...info, frontendOpen: true, busy: true } : info;
  }

  /** The ring buffer of a chardev, or `undefined` if it is of another kind. */
  ring(label: string): RingBuffer | undefined {
    const chardev = this.#internal.get(label);
    if (chardev !== undefined) return chardev.ring;
    const outside = this.find(label);
    if (outside === undefined || !RING.test(outside.kind ?? '')) return undefined;
    const there = this.#rings.get(label) ?? new RingBuffer(givenSize(this.#parts.given, label));
    this.#rings.set(label, there);
    return there;
  }

  /** Whether something is attached to it. */
  isBusy(info: ChardevInfo): boolean {
    if (info.kind === 'mux' && this.#parts.rules.muxAlwaysBusy) return true;
    return info.busy === true || info.frontendOpen || this.#muxes.has(info.label);
  }

  /** Adds one; throws, or rejects with, an `Error` with QEMU's reason if it cannot. */
  add(label: string, backend: QDict): void | Promise<void> {
    this.#noteOutside(); // those that came before
    const type = textOf(backend, 'type');
    const data = backend.get('data') as QDict;
    if (!this.#parts.isKind(type)) throw new Error(`'${type}' is not a valid char driver name`);
    this.#checkFiles(type, data);
    if (!INTERNAL.has(type)) {
      if (NEEDS_HOST.test(type)) notModelled(`a chardev of type ${type}`);
      const address = data.get('addr');
      if (address instanceof QDict && address.get('type') === 'fd') {
        const name = textOf(address.get('data') as QDict, 'str');
        if (!/^\d+$/.test(name)) notModelled('a chardev on a descriptor with a name');
      }
      if (this.#outside?.add === undefined) notModelled(`a chardev of type ${type} here`);
      return this.#outside.add(label, backend);
    }
    if (type === 'udp') checkUdp(data);
    const bases = this.#bases(type, data);
    const ring = RING.test(type) ? new RingBuffer(ringSize(data)) : undefined;
    const log = data.get('logfile');
    if (typeof log === 'string') this.#parts.writeFile?.(log, new Uint8Array());
    this.#internal.set(label, { kind: type, ring, bases });
    for (const base of bases) this.#countMux(base, 1);
    this.#order.add(label);
    return undefined;
  }

  /** Files that have to be there, or that are written. */
  #checkFiles(type: string, data: QDict): void {
    const { whyNotOpened, whyNotWritable, writeFile } = this.#parts;
    const log = data.get('logfile');
    if (typeof log === 'string') {
      const why = whyNotWritable(log);
      if (why !== undefined) throw new Error(`Could not create '${log}': ${why}`);
      if (writeFile === undefined || data.get('logappend') === true) notModelled('the log of a chardev');
    }
    if (type === 'file') {
      const out = textOf(data, 'out');
      const why = whyNotWritable(out);
      if (why !== undefined) throw new Error(`Could not open '${out}': ${why}`);
    }
    const device = data.get('device');
    if (typeof device !== 'string' || !/^(pipe|serial|tty|parallel|parport)$/.test(type)) return;
    const why = whyNotOpened?.(device);
    // A pipe may be two, with endings of their own.
    if (type === 'pipe' && whyNotOpened?.(`${device}.in`) === undefined) return;
    if (why === MISSING) throw new Error(`Could not open '${device}': ${why}`);
  }

  /** The chardevs below a multiplexer or a hub, each of which has to be free. */
  #bases(type: string, data: QDict): readonly string[] {
    if (type !== 'mux' && type !== 'hub') return [];
    const list = data.get('chardevs');
    const bases = type === 'mux' ? [textOf(data, 'chardev')] : (list as readonly string[]);
    if (bases.length === 0) throw new Error("hub: 'chardevs' list is not defined");
    if (bases.length > MOST_BASES) notModelled(`a hub of ${bases.length} chardevs`);
    for (const base of bases) {
      const info = this.find(base);
      if (info === undefined) {
        throw new Error(
          type === 'mux'
            ? `mux: base chardev ${base} not found`
            : `hub: chardev can't be found by id '${base}'`,
        );
      }
      if (type === 'hub' && SHARED.test(info.kind ?? '')) throw new Error(cannotStack(base));
      if (info.kind === 'mux') continue;
      if (this.isBusy(info) || this.#parts.isUsed(base)) {
        throw new Error(this.#parts.rules.chardevInUse.replace('%', () => base));
      }
    }
    return bases;
  }

  /** Takes one away. */
  remove(label: string): void {
    const chardev = this.#internal.get(label);
    if (chardev === undefined) {
      this.#outside?.remove?.(label);
      return;
    }
    this.#internal.delete(label);
    for (const base of chardev.bases) this.#countMux(base, -1);
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

  #countMux(base: string, step: 1 | -1): void {
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

/** The size that a ring buffer of the command line was given, in bytes. */
function givenSize(given: readonly GivenOption[], label: string): number {
  for (const { name, argument } of given) {
    if (name !== 'chardev') continue;
    const values = optionValues(argument, 'backend');
    if (values.get('id') !== label) continue;
    const size = givenValue('size', 'size', values.get('size') ?? '0');
    return ringSize(new QDict([['size', size ?? 0]]));
  }
  return RING_SIZE;
}

/** Datagrams to an address (`udp_chr_open`): nothing is sent. */
function checkUdp(data: QDict): void {
  const remote = data.get('remote') as QDict;
  if (remote.get('type') !== 'inet') throw new Error('socket type unsupported for datagram');
  const place = remote.get('data') as QDict;
  const [host, port] = [textOf(place, 'host'), textOf(place, 'port')];
  if (port === '') throw new Error('remote port not specified');
  if (!/^(localhost|[\d.]+|)$/.test(host)) notModelled('a look for a host by its name');
  if (/^\d+$/.test(port)) return;
  const why = 'Servname not supported for ai_socktype';
  throw new Error(`address resolution failed for ${host === '' ? 'localhost' : host}:${port}: ${why}`);
}
