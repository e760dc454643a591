import type { QDict, QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';
import type { CpuSlots } from '../cpu/cpu-slots.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { DeviceMemory, MemoryDevice } from '../memory/device-memory.ts';
import type { TypeTable } from '../types/type-table.ts';
import { devicePath } from './device-path.ts';
import type { Device } from './device-tree.ts';

/** The type of all CPUs. */
const CPU = 'x86_64-cpu';

/** Parts of the machine that {@link BoardPlaces} needs. */
export interface BoardPlacesParts {
  readonly types: TypeTable;
  readonly rules: Pick<MachineRules, 'cpuUnplug' | 'virtioMemoryUnplug'>;
  readonly slots: () => CpuSlots;
  /** Type of the machine's CPUs; `undefined` if no more can come. */
  readonly cpu: string | undefined;
  readonly memory: DeviceMemory;
  /** Whether a guest has told the board how it wants to hear of CPUs that go. */
  readonly guestKnowsCpus: () => boolean;
}

/** A device that wants to be plugged in. */
export interface Arrival {
  readonly type: string;
  readonly id: string | undefined;
  readonly args: QDict;
  readonly hot: boolean;
}

/** A place for a device, found before it is on a bus. */
export interface PreparedPlace {
  /** Properties that the device got by its place. */
  readonly values: ReadonlyMap<string, QValue>;
  /** Looks at what QEMU looks at once the device is on its bus. Throws its refusal. */
  readonly realize: () => void;
  /** Takes note of the device. */
  readonly plugged: (device: Device) => void;
}

/**
 * Places that a board has beside its buses: for CPUs and for memory (`pc_machine_device_pre_plug_cb` in
 * `hw/i386/pc.c`).
 */
export class BoardPlaces {
  readonly #parts: BoardPlacesParts;
  readonly #memory = new Map<Device, MemoryDevice>();

  constructor(parts: BoardPlacesParts) {
    this.#parts = parts;
  }

  /** Whether a device of that type goes to one of these places. */
  takes(type: string): boolean {
    return this.#isCpu(type) || this.#parts.memory.isMemory(type);
  }

  /** Finds the place of a device, if it is one of these. Throws QEMU's refusal. */
  prepare(arrival: Arrival): PreparedPlace | undefined {
    if (this.#isCpu(arrival.type)) return this.#prepareCpu(arrival);
    if (!this.#parts.memory.isMemory(arrival.type)) return undefined;
    const { type, id, args, hot } = arrival;
    const { values, realize, plugged } = this.#parts.memory.prepare(type, id, args, hot);
    return { values, realize, plugged: (device) => void this.#memory.set(device, plugged()) };
  }

  /** The memory that a device is; `undefined` if it's another. */
  memoryOf(device: Device): MemoryDevice | undefined {
    return this.#memory.get(device);
  }

  /** The devices that are memory. */
  get memories(): ReadonlyMap<Device, MemoryDevice> {
    return this.#memory;
  }

  /** Refuses to ask a device to go that can't, in QEMU's words. */
  checkUnplug(device: Device): void {
    if (this.#isCpu(device.type)) return this.checkCpuUnplug(device.type);
    if (device.type === 'nvdimm') throw genericError('nvdimm device hot unplug is not supported yet.');
    const memory = this.#memory.get(device);
    if (memory?.kind !== 'virtio-mem') return;
    if (!this.#parts.rules.virtioMemoryUnplug) {
      throw genericError('virtio based memory devices cannot be unplugged.');
    }
    const words = 'virtio-mem device cannot get unplugged while';
    if (memory.taken > 0) throw genericError(`${words} some of its memory is still plugged`);
    if (memory.requested > 0) throw genericError(`${words} 'requested-size' != '0'`);
  }

  /** Refuses that a CPU goes which was there from the start, if the path is that of one. */
  checkBootCpu(path: string): void {
    const { slots, cpu } = this.#parts;
    if (cpu === undefined || !path.startsWith('/machine/unattached/')) return;
    const slot = slots().present.find((one) => one.cpu?.path === path);
    if (slot === undefined) return;
    if (slot.index === 0) throw genericError('Boot CPU is unpluggable');
    this.checkCpuUnplug(cpu);
    notModelled('that a CPU goes which was there from the start');
  }

  /** Refuses that a CPU goes, if no guest has told the board how to tell it. */
  checkCpuUnplug(type: string): void {
    const { rules, guestKnowsCpus } = this.#parts;
    if (rules.cpuUnplug === '' || guestKnowsCpus()) return;
    throw genericError(rules.cpuUnplug.replace('%', () => type));
  }

  /** A device has gone. */
  forget(device: Device): void {
    const memory = this.#memory.get(device);
    if (memory !== undefined) {
      this.#memory.delete(device);
      this.#parts.memory.remove(memory);
    }
    if (this.#isCpu(device.type)) this.#parts.slots().unplug(devicePath(device) ?? '');
  }

  #isCpu(type: string): boolean {
    return this.#parts.types.is(type, CPU);
  }

  #prepareCpu({ type, args }: Arrival): PreparedPlace {
    const { cpu, slots, types } = this.#parts;
    if (cpu === undefined) notModelled('more CPUs on this kind of machine');
    if (type !== cpu) throw genericError(`Invalid CPU type, expected cpu type: '${cpu}'`);
    const withModules = types.properties(type)?.some(({ name }) => name === 'module-id') === true;
    const places = slots();
    const slot = places.place(args, withModules);
    const values = new Map<string, QValue>([...places.whole(slot), ['apic-id', slot.apicId]]);
    if (slot.node !== undefined) values.set('node-id', slot.node);
    return {
      values,
      realize: () => {},
      plugged: (device) => places.plug(slot, devicePath(device) ?? ''),
    };
  }
}
