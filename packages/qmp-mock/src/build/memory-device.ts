import { describeMemoryDevice } from '../machine/memory/memory-devices.ts';
import type { MemoryDeviceInfo } from './types.ts';

/** Options of {@link memoryDevice}. */
export interface MemoryDeviceOptions {
  /** Id of the device. */
  id: string;
  /** Its size, in bytes; of virtio-mem the largest that it may have. */
  size: number;
  /** Kind of device. Default: `dimm`. */
  type?: 'dimm' | 'nvdimm' | 'virtio-mem' | undefined;
  /** Id of its memory backend. Default: `<id>-memory`. */
  memdev?: string | undefined;
  /** Its address. Default: 4 GiB, where that of a machine with little memory begins. */
  addr?: number | undefined;
  /** Place of a module. Default: 0. */
  slot?: number | undefined;
  /** NUMA node. Default: 0. */
  node?: number | undefined;
  /** Whether a module came while the machine ran. Default: true. */
  hotplugged?: boolean | undefined;
  /** Bytes that the guest is asked to take of virtio-mem. Default: all. */
  requested?: number | undefined;
  /** Bytes that the guest has taken of virtio-mem. Default: those that it is asked to. */
  taken?: number | undefined;
  /** Size of a block of virtio-mem, in bytes. Default: 2 MiB. */
  block?: number | undefined;
}

/**
 * Builds an entry of `query-memory-devices`: a module that was plugged in, or a virtio-mem device.
 *
 * @example
 * mock.handle('query-memory-devices', [memoryDevice({ id: 'dimm0', size: 2 ** 30 })]);
 */
export function memoryDevice(options: MemoryDeviceOptions): MemoryDeviceInfo {
  const { id, size, type = 'dimm', memdev = `${id}-memory`, addr = 2 ** 32 } = options;
  const { slot = 0, node = 0, hotplugged = true, requested = size, taken = requested } = options;
  const shown = { id, size, kind: type, memdev, address: addr, slot, node, hotplugged };
  const { block = 2 ** 21 } = options;
  return describeMemoryDevice({ ...shown, requested, taken, block }) as unknown as MemoryDeviceInfo;
}
