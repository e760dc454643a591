import type { QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { MachineRules } from '../machine-rules.ts';
import { parseSize } from '../setup/size.ts';
import { genericError } from '../command.ts';
import { AddressSpace, baseOfDeviceMemory, type Placed } from './address-space.ts';

const MIB = 1024 * 1024;
/** Alignment of memory that isn't a file, in bytes (`QEMU_VMALLOC_ALIGN`). */
const ANONYMOUS = 2 * MIB;
/** Alignment of a file, in bytes: a page. */
const PAGE = 4096;
/** Least size of a block of virtio-mem, in bytes, and its size if it isn't given. */
const LEAST_BLOCK = MIB;
const USUAL_BLOCK = 2 * MIB;
/** `slot` and `addr` that are to be chosen. */
const ANY_SLOT = -1;

/** Models of devices that are memory, and how they are told of. */
const KINDS: Readonly<Record<string, 'dimm' | 'nvdimm' | 'virtio-mem'>> = {
  'pc-dimm': 'dimm',
  nvdimm: 'nvdimm',
  'virtio-mem-pci': 'virtio-mem',
};

/** A memory backend. */
export interface Backend {
  readonly type: string;
  /** Its size in bytes. */
  readonly size: number;
  readonly properties: ReadonlyMap<string, QValue>;
}

/** Parts of the machine that {@link DeviceMemory} needs. */
export interface DeviceMemoryParts {
  /** Kind of its board; `undefined` if it takes no such devices. */
  readonly kind: 'pc' | 'q35' | undefined;
  /** Memory that it has from the start, in bytes. */
  readonly memory: number;
  /** Memory that it may have at most, in bytes. */
  readonly most: number;
  /** Places for modules. */
  readonly slots: number;
  /** Whether it takes modules that keep what is in them (`-machine nvdimm=on`). */
  readonly nvdimm: boolean;
  readonly rules: Pick<MachineRules, 'memoryDevicesOff' | 'preallocatedVirtioMemory'>;
  /** Whether something moves the space for devices, or does away with it. */
  readonly isUnusual: boolean;
  /** Number of NUMA nodes. */
  readonly nodes: () => number;
  readonly backend: (id: string) => Backend | undefined;
}

/** A device that is memory. */
export interface MemoryDevice extends Placed {
  readonly kind: 'dimm' | 'nvdimm' | 'virtio-mem';
  readonly memdev: string;
  readonly node: number;
  /** Its place, if it is a module. */
  readonly slot: number;
  readonly hotplugged: boolean;
  /** Size of a block of virtio-mem, in bytes. */
  readonly block: number;
  /** Bytes that the guest is asked to take of virtio-mem. */
  requested: number;
  /** Bytes that the guest has taken of virtio-mem. */
  taken: number;
}

/** A device that is about to come: QEMU looks at some things before it is on its bus, at others after. */
export interface PreparedMemory {
  /** Properties that the device got by being placed. */
  readonly values: ReadonlyMap<string, QValue>;
  /** Looks at the rest. Throws QEMU's refusal. */
  readonly realize: () => void;
  /** Takes note of it. */
  readonly plugged: () => MemoryDevice;
}

/** Memory that devices bring: modules, and virtio-mem (`hw/mem/`, `hw/virtio/virtio-mem.c`). */
export class DeviceMemory {
  readonly #parts: DeviceMemoryParts;
  readonly #space: AddressSpace;

  constructor(parts: DeviceMemoryParts) {
    this.#parts = parts;
    const { kind = 'pc', memory, most, slots } = parts;
    this.#space = new AddressSpace(baseOfDeviceMemory(kind, memory), Math.max(0, most - memory), slots);
  }

  /** The devices, from the lowest address on. */
  get all(): readonly MemoryDevice[] {
    return this.#space.placed as readonly MemoryDevice[];
  }

  /** Number of places for modules. */
  get slots(): number {
    return this.#parts.slots;
  }

  /** Bytes that a device adds to the guest's memory. */
  sizeOf({ kind, size, taken }: MemoryDevice): number {
    return kind === 'virtio-mem' ? taken : size;
  }

  /** Whether a device of that model is memory. */
  isMemory(model: string): boolean {
    return Object.hasOwn(KINDS, model);
  }

  /** Whether a device has the backend. */
  uses(memdev: string): boolean {
    return this.all.some((device) => device.memdev === memdev);
  }

  /**
   * Finds the place of a device. Throws QEMU's refusal.
   *
   * @param given - Its properties, as numbers or as text.
   */
  prepare(
    model: string,
    id: string | undefined,
    given: ReadonlyMap<string, QValue>,
    hotplugged: boolean,
  ): PreparedMemory {
    const kind = KINDS[model];
    const { kind: board, nvdimm, isUnusual } = this.#parts;
    if (kind === undefined || board === undefined || isUnusual) return notModelled(`the memory of ${model}`);
    if (kind === 'nvdimm' && !nvdimm) throw genericError("nvdimm is not enabled: missing 'nvdimm' in '-M'");
    const isModule = kind !== 'virtio-mem';
    const block = isModule ? 0 : this.#block(given);
    const slot = isModule ? this.#slot(numberIn(given, 'slot') ?? ANY_SLOT) : ANY_SLOT;
    const { text, isFirst } = this.#parts.rules.memoryDevicesOff;
    const isOff = this.#parts.most <= this.#parts.memory;
    if (isOff && isFirst) throw genericError(text);
    const memdev = given.get('memdev');
    if (typeof memdev !== 'string') throw genericError("'memdev' property must be set");
    if (isOff) throw genericError(text);
    const backend = this.#parts.backend(idIn(memdev));
    if (backend === undefined) return notModelled(`the memory backend ${memdev}`);
    const size = kind === 'nvdimm' ? sizeOfNvdimm(idIn(memdev), given, backend) : backend.size;
    const asked = numberIn(given, isModule ? 'addr' : 'memaddr');
    const address = this.#space.find({
      size,
      address: asked === 0 ? undefined : asked,
      alignment: Math.max(alignmentOf(backend), block),
    });
    const device: MemoryDevice = {
      id,
      kind,
      address,
      size,
      memdev: idIn(memdev),
      node: numberIn(given, 'node') ?? 0,
      slot,
      hotplugged,
      block,
      requested: isModule ? 0 : (numberIn(given, 'requested-size') ?? 0),
      taken: 0,
    };
    const values: [string, QValue][] = isModule
      ? [
          ['addr', address],
          ['slot', slot],
          ['size', device.size],
        ]
      : [
          ['memaddr', address],
          ['block-size', block],
        ];
    return {
      values: new Map(values),
      realize: () => this.#realize(device, backend),
      plugged: () => {
        this.#space.place(device);
        return device;
      },
    };
  }

  /** Takes a device away. */
  remove(device: MemoryDevice): void {
    this.#space.remove(device);
  }

  /**
   * Asks the guest to take so much of virtio-mem (`virtio_mem_set_requested_size`). Throws QEMU's refusal.
   */
  request(device: MemoryDevice, size: number): void {
    if (size > device.size) {
      throw genericError(`'requested-size' cannot exceed the memory backend size(${hex(device.size)})`);
    }
    if (size % device.block !== 0) {
      throw genericError(`'requested-size' has to be multiples of 'block-size' (${hex(device.block)})`);
    }
    device.requested = size;
  }

  #realize(device: MemoryDevice, { properties }: Backend): void {
    const { kind, memdev, node, block, requested } = device;
    const isModule = kind !== 'virtio-mem';
    if (this.uses(memdev)) {
      throw genericError(
        isModule
          ? `can't use already busy memdev: ${memdev}`
          : `'memdev' property specifies a busy memdev: ${memdev}`,
      );
    }
    const { preallocatedVirtioMemory } = this.#parts.rules;
    if (!isModule && properties.get('prealloc') === true && preallocatedVirtioMemory !== '') {
      throw genericError(preallocatedVirtioMemory.replace('%', () => memdev));
    }
    const nodes = this.#parts.nodes();
    if (node >= Math.max(1, nodes)) {
      throw genericError(
        isModule
          ? `'DIMM property node has value ${node}' which exceeds the number of numa nodes: ${Math.max(1, nodes)}`
          : `'node' property has value '${node}', which exceedsthe number of numa nodes: ${Math.max(1, nodes)}`,
      );
    }
    if (isModule) return;
    if (requested % block !== 0) {
      throw genericError(`'requested-size' property has to be multiples of 'block-size' (${hex(block)})`);
    }
    if (device.size % block !== 0) {
      throw genericError(`'memdev' property memdev size has to be multiples of 'block-size' (${hex(block)})`);
    }
  }

  /** The size of a block of virtio-mem, in bytes. */
  #block(given: ReadonlyMap<string, QValue>): number {
    const block = numberIn(given, 'block-size') ?? 0;
    if (!given.has('block-size')) return USUAL_BLOCK;
    if (block < LEAST_BLOCK)
      throw genericError(`'block-size' property has to be at least ${hex(LEAST_BLOCK)}`);
    if (Math.log2(block) % 1 !== 0) throw genericError("'block-size' property has to be a power of two");
    if (block < USUAL_BLOCK) notModelled('blocks of virtio-mem that are smaller than huge pages');
    return block;
  }

  /** The place of a module (`pc_dimm_get_free_slot`). */
  #slot(asked: number): number {
    const { slots } = this.#parts;
    const taken = new Set(this.all.filter(({ kind }) => kind !== 'virtio-mem').map(({ slot }) => slot));
    if (asked !== ANY_SLOT) {
      if (asked < 0 || asked >= slots) {
        const last = BigInt.asUintN(64, BigInt(slots) - 1n);
        throw genericError(`invalid slot number ${asked}, valid range is [0-${last}]`);
      }
      if (taken.has(asked)) throw genericError(`slot ${asked} is busy`);
      return asked;
    }
    if (slots === 0) throw genericError("no slots where allocated, please specify the 'slots' option");
    for (let slot = 0; slot < slots; slot += 1) if (!taken.has(slot)) return slot;
    throw genericError('no free slots available');
  }
}

/** An object is named by its id, or by its path. */
function idIn(path: string): string {
  return path.replace(/^\/objects\//, '');
}

function numberIn(given: ReadonlyMap<string, QValue>, name: string): number | undefined {
  const value = given.get(name);
  if (value === undefined) return undefined;
  return typeof value === 'string' ? (parseSize(value) ?? Number(value)) : Number(value);
}

/** Multiple of which the address of a backend's memory is, in bytes. */
function alignmentOf({ type, properties }: Backend): number {
  if (type === 'memory-backend-ram') return ANONYMOUS;
  if (properties.get('hugetlb') === true) notModelled('memory of huge pages in a device');
  return Math.max(PAGE, numberIn(properties, 'align') ?? 0);
}

/** Bytes that a module keeps: what is left of the backend beside a label (`nvdimm_prepare_memory_region`). */
function sizeOfNvdimm(memdev: string, given: ReadonlyMap<string, QValue>, backend: Backend): number {
  const isPlain = [...given.keys()].every((name) => /^(driver|id|memdev|slot|addr|node)$/.test(name));
  if (!isPlain) notModelled('such an nvdimm');
  const alignment = alignmentOf(backend);
  const size = backend.size - (backend.size % alignment);
  if (size > 0) return size;
  throw genericError(
    `the size of memdev ${memdev} (${hex(backend.size)}) is too small to contain nvdimm label (0x0) and aligned PMEM (${hex(alignment)})`,
  );
}

const hex = (value: number): string => `0x${value.toString(16)}`;
