import type { QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { CpuSlot, CpuSlots } from '../cpu/cpu-slots.ts';
import { genericError } from '../command.ts';
import { HmatTables, HMAT_OFF } from './hmat.ts';

/** Most nodes (`MAX_NODES`). */
export const MOST_NODES = 128;
/** Distance of a node to itself. */
const LOCAL = 10;

/** Parts of the machine that {@link NumaNodes} needs. */
export interface NumaNodesParts {
  /** Memory of the machine, in bytes. */
  readonly memory: number;
  readonly slots: CpuSlots;
  /** Size of a memory backend in bytes, or `undefined` if there is no such backend. */
  readonly backendSize: (id: string) => number | undefined;
  /** Whether the machine tells its guest of the memories' speed (`-machine hmat=on`). */
  readonly hmat: boolean;
  /** Whether a node may be given a size instead of a backend. */
  readonly takesSizes: boolean;
  /** Whether the machine's memory is a backend of its own (`-machine memory-backend=`). */
  readonly hasBackend: boolean;
  /** Whether there are places for more memory, so that there has to be a node. */
  readonly isHotpluggable: boolean;
}

/** A NUMA node. */
export interface NumaNode {
  /** Its memory from the start, in bytes. */
  readonly memory: number;
  /** The backend that is its memory. */
  readonly memdev: string | undefined;
  /** The node whose CPUs reach its memory first. */
  initiator: number | undefined;
  hasCpu: boolean;
  readonly distances: Map<number, number>;
}

/** The options of `-numa` or of `set-numa-node`, with their QAPI types. */
type NumaOptions = ReadonlyMap<string, QValue>;

/** Properties of a place for a CPU, in the order in which QEMU looks whether a board has them. */
const CPU_PLACES = ['thread-id', 'core-id', 'module-id', 'cluster-id', 'socket-id', 'die-id'];

/** The NUMA nodes of a machine (`hw/core/numa.c`). Methods throw QEMU's refusals. */
export class NumaNodes {
  readonly #parts: NumaNodesParts;
  readonly #nodes = new Map<number, NumaNode>();
  readonly #hmat: HmatTables;
  #memory: 'mem' | 'memdev' | undefined;
  #hasDistances = false;

  constructor(parts: NumaNodesParts) {
    this.#parts = parts;
    this.#hmat = new HmatTables(this.#nodes);
  }

  /** The nodes, by number. */
  get all(): ReadonlyMap<number, NumaNode> {
    return this.#nodes;
  }

  /** Whether backends of nodes are the machine's memory. */
  get areMemory(): boolean {
    return this.#memory === 'memdev';
  }

  /** Takes what one option, or one command, says. */
  add(options: NumaOptions): void {
    switch (options.get('type')) {
      case 'node':
        return this.#addNode(options);
      case 'dist':
        return this.#addDistance(options);
      case 'cpu':
        return this.#addCpus(options);
      default:
        if (!this.#parts.hmat) throw genericError(HMAT_OFF);
        if (options.get('type') === 'hmat-lb') this.#hmat.addSpeed(options);
        else this.#hmat.addCache(options);
    }
  }

  /**
   * Makes the machine of what was said (`numa_complete_configuration`).
   *
   * @returns QEMU's warnings.
   */
  complete(): readonly string[] {
    const { memory, isHotpluggable, hasBackend, hmat } = this.#parts;
    if (this.#nodes.size === 0) {
      if (!isHotpluggable) return [];
      this.#nodes.set(0, makeNode(memory, undefined, undefined));
    }
    for (let id = Math.max(...this.#nodes.keys()); id >= 0; id -= 1) {
      if (!this.#nodes.has(id)) throw genericError(`numa: Node ID missing: ${id}`);
    }
    const total = [...this.#nodes.values()].reduce((sum, node) => sum + node.memory, 0);
    if (total !== memory) {
      throw genericError(
        `total memory for NUMA nodes (${hex(total)}) should equal RAM size (${hex(memory)})`,
      );
    }
    if (this.areMemory) {
      if (hasBackend) {
        throw genericError("'-machine memory-backend' and '-numa memdev' properties are mutually exclusive");
      }
      const backends = [...this.#nodes.values()].flatMap(({ memdev }) => memdev ?? []);
      const twice = backends.find((id, at) => backends.indexOf(id) !== at);
      if (twice !== undefined) throw genericError(`memory backend ${twice} can't be used multiple times.`);
    }
    if (this.#hasDistances) this.#checkDistances();
    const warnings = this.#assignRest();
    if (hmat) this.#checkInitiators();
    return warnings;
  }

  #addNode(options: NumaOptions): void {
    const id = numberOf(options, 'nodeid') ?? this.#nodes.size;
    if (id >= MOST_NODES) throw genericError(`Max number of NUMA nodes reached: ${id}`);
    if (this.#nodes.has(id)) throw genericError(`Duplicate NUMA nodeid: ${id}`);
    const initiator = numberOf(options, 'initiator');
    if (initiator !== undefined && !this.#parts.hmat) throw genericError(HMAT_OFF);
    if (initiator !== undefined && initiator >= MOST_NODES) notModelled(`the initiator ${initiator}`);
    const node = makeNode(0, undefined, initiator);
    const { slots } = this.#parts;
    for (const value of listOf(options.get('cpus'))) {
      const slot = slots.all[value];
      if (slot === undefined) {
        throw genericError(`CPU index (${value}) should be smaller than maxcpus (${slots.all.length})`);
      }
      this.#assign(slot, id, node);
    }
    const [mem, memdev] = [numberOf(options, 'mem'), options.get('memdev')];
    const mixed = mem === undefined ? 'mem' : 'memdev';
    const isMixed = this.#memory === mixed && (mem !== undefined || memdev !== undefined);
    if (isMixed || (mem !== undefined && memdev !== undefined)) {
      throw genericError('numa configuration should use either mem= or memdev=,mixing both is not allowed');
    }
    if (mem !== undefined && !this.#parts.takesSizes) throw genericError(NO_SIZES);
    if (mem !== undefined) this.#memory = 'mem';
    if (typeof memdev === 'string') {
      const size = this.#parts.backendSize(memdev);
      if (size === undefined) throw genericError(`memdev=${memdev} is ambiguous`);
      this.#memory = 'memdev';
      this.#nodes.set(id, { ...node, memory: size, memdev });
    } else {
      this.#nodes.set(id, { ...node, memory: mem ?? 0 });
    }
  }

  #addDistance(options: NumaOptions): void {
    const [from = 0, to = 0, value = 0] = ['src', 'dst', 'val'].map((name) => numberOf(options, name));
    const wrong = from >= MOST_NODES ? 'src' : to >= MOST_NODES ? 'dst' : undefined;
    if (wrong !== undefined) {
      throw genericError(`Parameter '${wrong}' expects an integer between 0 and ${MOST_NODES - 1}`);
    }
    const source = this.#nodes.get(from);
    if (source === undefined || !this.#nodes.has(to)) {
      throw genericError(
        "Source/Destination NUMA node is missing. Please use '-numa node' option to declare it first.",
      );
    }
    if (value < LOCAL) {
      throw genericError(`NUMA distance (${value}) is invalid, it shouldn't be less than ${LOCAL}.`);
    }
    if (from === to && value !== LOCAL) {
      throw genericError(`Local distance of node ${from} should be ${LOCAL}.`);
    }
    source.distances.set(to, value);
    this.#hasDistances = true;
  }

  /** Puts the CPUs of a socket, a core or a thread on a node (`machine_set_cpu_numa_node`). */
  #addCpus(options: NumaOptions): void {
    const id = numberOf(options, 'node-id');
    if (id === undefined) throw genericError('Missing mandatory node-id property');
    const node = this.#nodes.get(id);
    if (node === undefined) {
      throw genericError(
        `Invalid node-id=${id}, NUMA node must be defined with -numa node,nodeid=ID before it's used with -numa cpu,node-id=ID`,
      );
    }
    const asked = CPU_PLACES.flatMap((name) => {
      const value = numberOf(options, name);
      return value === undefined ? [] : [[name, value] as const];
    });
    let matched = false;
    for (const slot of this.#parts.slots.all) {
      for (const [name] of asked) {
        if (!slot.props.has(name)) throw genericError(`${name} is not supported`);
      }
      if (asked.some(([name, value]) => slot.props.get(name) !== value)) continue;
      this.#assign(slot, id, node);
      matched = true;
    }
    if (!matched) throw genericError('no match found');
  }

  #assign(slot: CpuSlot, id: number, node: NumaNode): void {
    if (slot.node !== undefined && slot.node !== id) {
      throw genericError(`CPU is already assigned to node-id: ${slot.node}`);
    }
    slot.node = id;
    if (!this.#parts.hmat) return;
    if (node.initiator !== undefined && node.initiator !== id) {
      throw genericError(`The initiator of CPU NUMA node ${id} should be itself (got ${node.initiator})`);
    }
    node.hasCpu = true;
    node.initiator = id;
  }

  /** Finds a node for each CPU that has none: that of its socket, or the first if others were told. */
  #assignRest(): readonly string[] {
    const { all } = this.#parts.slots;
    const rest = all.filter(({ node }) => node === undefined);
    const isDefault = rest.length === all.length;
    for (const slot of rest) {
      const id = isDefault ? (slot.props.get('socket-id') ?? 0) % this.#nodes.size : 0;
      this.#assign(slot, id, this.#nodes.get(id)!);
    }
    if (isDefault || rest.length === 0) return [];
    const shown = rest.map(
      ({ index, props }) => `CPU ${index} [${[...props].map(([name, id]) => `${name}: ${id}`).join(', ')}]`,
    );
    return [
      `CPU(s) not present in any NUMA nodes: ${shown.join(', ')}`,
      'All CPU(s) up to maxcpus should be described in NUMA config, ability to start up with partial NUMA mappings is obsoleted and will be removed in future',
    ];
  }

  #checkInitiators(): void {
    for (const [id, { initiator }] of this.#nodes) {
      if (initiator === undefined) continue;
      const other = this.#nodes.get(initiator);
      if (other === undefined) {
        throw genericError(`NUMA node ${initiator} is missing, use '-numa node' option to declare it first.`);
      }
      if (!other.hasCpu) throw genericError(`The initiator of NUMA node ${id} is invalid`);
    }
  }

  /** Each pair of nodes has a distance; if there and back differ somewhere, each has both. */
  #checkDistances(): void {
    const distance = (from: number, to: number): number => this.#nodes.get(from)?.distances.get(to) ?? 0;
    const ids = [...this.#nodes.keys()].toSorted((a, b) => a - b);
    const pairs = ids.flatMap((from) => ids.map((to) => [from, to] as const)).filter(([a, b]) => a !== b);
    for (const [from, to] of pairs) {
      if (from > to || distance(from, to) !== 0 || distance(to, from) !== 0) continue;
      throw genericError(
        `The distance between node ${from} and ${to} is missing, at least one distance value between each nodes should be provided.`,
      );
    }
    const isUneven = pairs.some(
      ([from, to]) =>
        distance(from, to) !== 0 && distance(to, from) !== 0 && distance(from, to) !== distance(to, from),
    );
    if (!isUneven || pairs.every(([from, to]) => distance(from, to) !== 0)) return;
    throw genericError(
      'At least one asymmetrical pair of distances is given, please provide distances for both directions of all node pairs.',
    );
  }
}

/** The refusal of a node that is given a size. */
export const NO_SIZES = 'Parameter -numa node,mem is not supported by this machine type';

function makeNode(memory: number, memdev: string | undefined, initiator: number | undefined): NumaNode {
  return { memory, memdev, initiator, hasCpu: false, distances: new Map() };
}

/** A number among the options. */
export function numberOf(options: NumaOptions, name: string): number | undefined {
  const value = options.get(name);
  return value === undefined ? undefined : Number(value);
}

function listOf(value: QValue | undefined): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

const hex = (size: number): string => `0x${size.toString(16)}`;
