import { QmpCommandError } from 'qmp-core/errors';
import type { Clock } from '../engine/clock.ts';
import type { QValue } from '../engine/json/value.ts';
import { CpuSlots } from './cpu/cpu-slots.ts';
import { Cpus, cpuType } from './cpu/cpus.ts';
import { topologyOf } from './cpu/topology.ts';
import type { Consent } from './guest/consent.ts';
import type { MachineRules } from './machine-rules.ts';
import { DeviceMemory, type Backend } from './memory/device-memory.ts';
import { MemoryBackends } from './memory/memory-backends.ts';
import { MemoryDevices } from './memory/memory-devices.ts';
import { MemoryGuest } from './memory/memory-guest.ts';
import { Numa } from './memory/numa.ts';
import { NumaNodes } from './memory/numa-nodes.ts';
import { numaOption } from './memory/numa-option.ts';
import { OspmStatus } from './memory/ospm-status.ts';
import { BoardPlaces } from './qdev/board-places.ts';
import { devicePath } from './qdev/device-path.ts';
import type { Devices } from './qdev/devices.ts';
import { kindOf } from './qdev/model-table.ts';
import type { QomTree } from './qom/qom-tree.ts';
import type { UserObjects } from './qom/user-objects.ts';
import type { Recording } from './recording.ts';
import type { Power } from './run-state/power.ts';
import type { Board } from './setup/board.ts';
import { optionValues } from './setup/option-values.ts';
import type { Setup } from './setup/setup.ts';
import type { FirstCpu } from './views/board-objects.ts';
import type { Subsystem } from './subsystem.ts';
import type { TypeTable } from './types/type-table.ts';

/** Machine types on which a NUMA node may be given a size: those of before QEMU 5.1. */
const TAKES_SIZES = /^pc-(i440fx|q35)-([1-4]\.\d+|5\.0)$/;
const ON = /^(on|yes|true|y)$/;
const OFF = /^(off|no|false|n)$/;

/** Parts of the machine that {@link Equipment} needs. */
export interface EquipmentParts {
  readonly board: Board;
  readonly rules: Pick<
    MachineRules,
    | 'cpuUnplug'
    | 'virtioMemoryUnplug'
    | 'memoryDevicesOff'
    | 'preallocatedVirtioMemory'
    | 'packagesShown'
    | 'cpuModelShown'
    | 'noNmi'
  >;
  readonly setup: Setup;
  readonly recording: Recording;
  /** The replies of machine `none`. */
  readonly bareRecording: Recording;
  readonly power: Power;
  readonly consent: Consent;
  readonly clock: Clock;
  readonly types: TypeTable;
  readonly objects: UserObjects;
  readonly tree: () => QomTree;
  readonly devices: () => Devices;
  readonly emit: (event: string, data?: Record<string, unknown>) => void;
  readonly later: (action: () => void) => void;
}

/** The CPUs and the memory of a board, their NUMA nodes, and the places for more of them. */
export class Equipment {
  /** Places for CPUs and memory. */
  readonly places: BoardPlaces;
  /** The parts that bring commands. */
  readonly subsystems: readonly Subsystem[];
  readonly #parts: EquipmentParts;
  readonly #memory: DeviceMemory;
  readonly #guest: MemoryGuest;
  #slots: CpuSlots | undefined;
  #nodes: NumaNodes | undefined;
  #isComplete = false;

  constructor(parts: EquipmentParts) {
    this.#parts = parts;
    const { board, rules, setup, recording, power, consent, clock, types, objects, emit, later } = parts;
    const type = cpuType(setup.argument('cpu')?.split(',')[0] ?? board.family?.cpu ?? '');
    const slots = (): CpuSlots => this.slots;
    this.#memory = this.#makeMemory();
    const memory = this.#memory;
    this.places = new BoardPlaces({
      types,
      rules,
      slots,
      cpu: board.family?.isPc === true ? type : undefined,
      memory,
      guestKnowsCpus: () => power.hasRun && consent.delay !== undefined,
    });
    this.#guest = new MemoryGuest({
      memory,
      clock,
      emit,
      later,
      isRunning: () => power.running,
      delay: () => consent.delay,
      pathOf: (device) => {
        for (const [owner, own] of this.places.memories) if (own === device) return devicePath(owner);
        return undefined;
      },
    });
    consent.whenChanged(() => this.#guest.act());
    board.memoryIsOfNodes = setup
      .argumentsOf('numa')
      .some((argument) => optionValues(argument, 'type').has('memdev'));
    const backends = {
      list: () => {
        parts.tree().touchObjects();
        return parts.tree().list('/objects');
      },
      given: (id: string, property: string) => objects.given(id, property),
    };
    this.subsystems = [
      new Cpus({ board, recording, bareRecording: parts.bareRecording, setup, rules, slots, type }),
      new Numa({
        board,
        setup,
        slots,
        nodes: () => this.nodes,
        pluggedOn: (node) =>
          memory.all
            .filter((device) => device.node === node)
            .reduce((sum, device) => sum + memory.sizeOf(device), 0),
      }),
      new MemoryDevices({ board, setup, memory }),
      new MemoryBackends(board, backends, setup),
      new OspmStatus({
        board,
        setup,
        recording,
        memory,
        slots,
        idOf: (path) => parts.devices().find(path)?.id,
        tellsCpus: rules.cpuUnplug === '',
      }),
    ];
  }

  /** The places for CPUs, with the CPUs that are there. */
  get slots(): CpuSlots {
    // CPUs get their nodes when the machine is made.
    void this.nodes;
    return this.#emptySlots;
  }

  /** The NUMA nodes: complete, once the machine has been made. */
  get nodes(): NumaNodes {
    this.#nodes ??= this.#makeNodes();
    if (this.#parts.board.made) this.#complete(this.#nodes);
    return this.#nodes;
  }

  /** Reason why no machine can be made of what was said of nodes, or `undefined` if one can. */
  fault(): string | undefined {
    try {
      this.#nodes ??= this.#makeNodes();
      this.#complete(this.#nodes);
      return undefined;
    } catch (error) {
      if (error instanceof QmpCommandError) return error.desc;
      throw error;
    }
  }

  /** The first CPU, as far as options change what its object says. */
  get firstCpu(): FirstCpu {
    const { all } = this.slots;
    const [first] = all;
    const socket = first?.props.get('socket-id');
    const beside = all.filter(({ props }) => props.get('socket-id') === socket).length > 1;
    return { node: first?.node, isAlone: !beside || !this.#parts.rules.packagesShown };
  }

  /** Bytes of memory in modules that count as memory of the machine. */
  get modules(): number {
    return this.#memory.all.reduce((sum, { kind, size }) => sum + (kind === 'dimm' ? size : 0), 0);
  }

  /** Whether the machine itself, or a node, has a memory backend. */
  usesBackend(id: string): boolean {
    const { board } = this.#parts;
    if (board.memoryBackend === id) return true;
    return board.memoryIsOfNodes && [...this.nodes.all.values()].some(({ memdev }) => memdev === id);
  }

  /** A property of an object is about to be set: QEMU's refusal of it. */
  set(path: string, name: string, value: QValue): void {
    if (name !== 'requested-size') return;
    const device = this.#parts.devices().find(path);
    const memory = device === undefined ? undefined : this.places.memoryOf(device);
    if (memory === undefined) return;
    this.#memory.request(memory, Number(value));
    this.#guest.act();
  }

  /** The guest runs from now on, or has stopped. */
  ran(): void {
    if (this.#memory.all.length > 0) this.#guest.act();
  }

  /** The machine has been reset. */
  reset(): void {
    if (this.#memory.all.length > 0) this.#guest.reset();
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    this.#guest.stop();
  }

  get #emptySlots(): CpuSlots {
    const { setup, board } = this.#parts;
    const isThreaded = !setup.has('icount') && !setup.argumentsOf('accel').some(isSingle);
    return (this.#slots ??= new CpuSlots(topologyOf(setup.given, board.cpus), isThreaded));
  }

  get #machine(): ReadonlyMap<string, string> {
    const given = this.#parts.setup.given.filter(({ name }) => name === 'machine' || name === 'M');
    return new Map(given.flatMap(({ argument }) => [...optionValues(argument, 'type')]));
  }

  #complete(nodes: NumaNodes): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    const { board } = this.#parts;
    if (board.family !== undefined && !board.bare) nodes.complete();
    board.memoryIsOfNodes = nodes.areMemory;
    if (!board.bare) this.#emptySlots.boot();
  }

  #makeNodes(): NumaNodes {
    const { board, objects, setup } = this.#parts;
    const nodes = new NumaNodes({
      memory: board.memory,
      slots: this.#emptySlots,
      backendSize: (id) => backendOf(objects, id)?.size,
      hmat: ON.test(this.#machine.get('hmat') ?? ''),
      takesSizes: TAKES_SIZES.test(board.type),
      hasBackend: board.memoryBackend !== undefined,
      isHotpluggable: board.family?.isPc === true && board.mostMemory > board.memory,
    });
    for (const argument of setup.argumentsOf('numa')) nodes.add(numaOption(argument));
    return nodes;
  }

  #makeMemory(): DeviceMemory {
    const { board, objects, setup } = this.#parts;
    const kind = kindOf(board.type);
    const machine = this.#machine;
    const hasAcpi = !OFF.test(machine.get('acpi') ?? '') && !setup.has('no-acpi');
    return new DeviceMemory({
      kind: kind === 'pc' || kind === 'q35' ? kind : undefined,
      memory: board.memory,
      most: board.mostMemory,
      slots: board.memorySlots,
      rules: this.#parts.rules,
      nvdimm: ON.test(machine.get('nvdimm') ?? ''),
      isUnusual: machine.has('max-ram-below-4g') || machine.has('sgx-epc') || !hasAcpi,
      nodes: () => this.nodes.all.size,
      backend: (id) => backendOf(objects, id),
    });
  }
}

const isSingle = (argument: string): boolean => optionValues(argument, 'accel').get('thread') === 'single';

/** A memory backend that a user made. */
function backendOf(objects: UserObjects, id: string): Backend | undefined {
  const type = objects.typeOf(id);
  const object = type?.startsWith('memory-backend-') === true ? objects.find(id) : undefined;
  if (type === undefined || object === undefined) return undefined;
  const { properties } = object;
  return { type, size: Number(properties.get('size') ?? 0), properties };
}
