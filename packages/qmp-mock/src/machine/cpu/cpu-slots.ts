import type { QValue } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';
import type { Topology } from './topology.ts';

/** Properties that say where a CPU is, from the outside in, with the level of each. */
const PLACES = [
  ['socket-id', 'sockets'],
  ['die-id', 'dies'],
  ['module-id', 'modules'],
  ['core-id', 'cores'],
  ['thread-id', 'threads'],
] as const;

/** Properties without which QEMU takes the only one that there is. */
const OPTIONAL = /^(die|module)-id$/;

/** The name of a level in QEMU's words about a place. */
const IN_WORDS: Readonly<Record<string, string>> = {
  'socket-id': 'socket',
  'die-id': 'die',
  'module-id': 'module',
  'core-id': 'core',
  'thread-id': 'thread',
};

/** Number of the first CPU's thread; a mock has none. */
const FIRST_THREAD = 1000;

/** A CPU that is there. */
interface PresentCpu {
  /** Path of its object. */
  readonly path: string;
  /** Number of its thread. */
  readonly thread: number;
}

/** A place for a CPU (`CPUArchId` in QEMU). */
export interface CpuSlot {
  /** Its number, which is the `cpu-index`. */
  readonly index: number;
  /** Number by which the guest knows its CPU. */
  readonly apicId: number;
  /** Its place, by QEMU's names. Dies and modules are named only if there are several. */
  readonly props: ReadonlyMap<string, number>;
  /** Its NUMA node. */
  node: number | undefined;
  /** The CPU that is in it. */
  cpu: PresentCpu | undefined;
}

/** The places for CPUs of a PC (`x86_possible_cpu_arch_ids`). */
export class CpuSlots {
  /** Every place, by its number. */
  readonly all: readonly CpuSlot[];
  readonly #topology: Topology;
  /** How many bits the numbers of each level have in an APIC ID. */
  readonly #bits: readonly number[];
  /** Those that are taken, in the order in which their CPUs came. */
  readonly #present: CpuSlot[] = [];

  readonly #isThreaded: boolean;

  /** @param isThreaded - Whether each CPU has a thread of its own; otherwise all share one. */
  constructor(topology: Topology, isThreaded = true) {
    this.#topology = topology;
    this.#isThreaded = isThreaded;
    this.#bits = PLACES.map(([, level]) => Math.ceil(Math.log2(topology.count(level))));
    this.all = Array.from({ length: topology.maxCpus }, (_, index) => this.#slot(index));
  }

  /** The places that are taken, in the order in which their CPUs came. */
  get present(): readonly CpuSlot[] {
    return this.#present;
  }

  /** Puts those CPUs in their places that are there from the start. */
  boot(): void {
    for (const slot of this.all.slice(0, this.#topology.cpus)) this.plug(slot, bootPath(slot.index));
  }

  /**
   * Puts a CPU in its place.
   *
   * @param path - Path of its object.
   */
  plug(slot: CpuSlot, path: string): void {
    slot.cpu = { path, thread: FIRST_THREAD + (this.#isThreaded ? slot.index : 0) };
    this.#present.push(slot);
  }

  /** Takes the CPU of that object away. */
  unplug(path: string): void {
    const at = this.#present.findIndex(({ cpu }) => cpu?.path === path);
    const [slot] = at < 0 ? [] : this.#present.splice(at, 1);
    if (slot !== undefined) slot.cpu = undefined;
  }

  /**
   * The place for a CPU with such properties (`x86_cpu_pre_plug`). Throws QEMU's refusal.
   *
   * @param given - Its properties, as numbers or as text.
   * @param withModules - Whether the version knows modules, and names them.
   */
  place(given: ReadonlyMap<string, QValue>, withModules: boolean): CpuSlot {
    const number = (name: string): number | undefined => {
      const value = given.get(name);
      return value === undefined ? undefined : Number(value);
    };
    const asked = number('apic-id');
    const isAsked = asked !== undefined && asked !== UNASSIGNED;
    const apicId = isAsked ? asked : this.#apicId(this.#readPlace(number));
    const slot = this.all.find((one) => one.apicId === apicId);
    if (slot === undefined) {
      const place = this.#placeOf(apicId).filter(([name]) => withModules || name !== 'module-id');
      const shown = place.map(([name, value]) => `${IN_WORDS[name]}: ${value}`).join(', ');
      throw genericError(
        `Invalid CPU [${shown}] with APIC ID ${apicId}, valid index range 0:${this.all.length - 1}`,
      );
    }
    if (slot.cpu !== undefined) throw genericError(`CPU[${slot.index}] with APIC ID ${apicId} exists`);
    for (const [name, value] of this.#placeOf(apicId)) {
      const own = number(name);
      if (own === undefined || own === -1 || own === value) continue;
      throw genericError(
        `property ${name}: ${own} doesn't match set apic-id: 0x${apicId.toString(16)} (${name}: ${value})`,
      );
    }
    const node = number('node-id');
    if (node !== undefined && node !== -1 && node !== (slot.node ?? 0)) {
      throw genericError(`invalid node-id, must be ${slot.node ?? 0}`);
    }
    return slot;
  }

  /** Every property that tells of a place, those of levels with one part only among them. */
  whole(slot: CpuSlot): readonly (readonly [name: string, value: number])[] {
    return this.#placeOf(slot.apicId);
  }

  #readPlace(number: (name: string) => number | undefined): readonly number[] {
    return PLACES.map(([name, level]) => {
      const most = this.#topology.count(level);
      const given = number(name);
      const id = given === undefined && OPTIONAL.test(name) && most === 1 ? 0 : (given ?? -1);
      if (id < 0) throw genericError(`CPU ${name} is not set`);
      if (id >= most) throw genericError(`Invalid CPU ${name}: ${id} must be in range 0:${most - 1}`);
      return id;
    });
  }

  #slot(index: number): CpuSlot {
    let rest = index;
    const place = PLACES.toReversed().map(([, level]) => {
      const count = level === 'sockets' ? Number.POSITIVE_INFINITY : this.#topology.count(level);
      const id = count === Number.POSITIVE_INFINITY ? rest : rest % count;
      rest = Math.floor(rest / count);
      return id;
    });
    const ids = place.toReversed();
    const named = PLACES.map(([name, level], at) => [name, ids[at] ?? 0, level] as const).filter(
      ([name, , level]) => !OPTIONAL.test(name) || this.#topology.count(level) > 1,
    );
    const props = new Map(named.map(([name, id]) => [name, id]));
    return { index, apicId: this.#apicId(ids), props, node: undefined, cpu: undefined };
  }

  #apicId(place: readonly number[]): number {
    return place.reduce((id, part, at) => id * 2 ** (this.#bits[at] ?? 0) + part, 0);
  }

  #placeOf(apicId: number): readonly (readonly [name: string, value: number])[] {
    let rest = apicId;
    const parts = PLACES.map(([name], at) => [name, at] as const).toReversed();
    return parts
      .map(([name, at]) => {
        const size = name === 'socket-id' ? Number.POSITIVE_INFINITY : 2 ** (this.#bits[at] ?? 0);
        const value = size === Number.POSITIVE_INFINITY ? rest : rest % size;
        rest = Math.floor(rest / size);
        return [name, value] as const;
      })
      .toReversed();
  }
}

/** Path of a CPU that is there from the start: after the first one comes its APIC. */
function bootPath(index: number): string {
  return `/machine/unattached/device[${index === 0 ? 0 : index + 1}]`;
}

/** An APIC ID that says that there is none (`UNASSIGNED_APIC_ID`). */
const UNASSIGNED = 0xff_ff_ff_ff;
