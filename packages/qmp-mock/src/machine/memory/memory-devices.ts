import type { Board } from '../setup/board.ts';
import { commandTable, type CommandTable } from '../command.ts';
import { hmpTable, showing, type HmpTable } from '../hmp/command.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { DeviceMemory, MemoryDevice } from './device-memory.ts';

/** Devices that are memory of which nothing is kept. */
const OTHER_DEVICES = /virtio-pmem|sgx-epc|cxl-type3/;

/** Parts of the machine that {@link MemoryDevices} needs. */
export interface MemoryDevicesParts {
  readonly board: Board;
  readonly setup: Setup;
  readonly memory: DeviceMemory;
}

/** The part of a device that is shown. */
export type ShownMemoryDevice = Pick<
  MemoryDevice,
  | 'kind'
  | 'id'
  | 'memdev'
  | 'node'
  | 'size'
  | 'address'
  | 'slot'
  | 'hotplugged'
  | 'requested'
  | 'taken'
  | 'block'
>;

/** A device as `query-memory-devices` shows it. */
interface Info {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly id?: string };
}

/** The devices that are memory, and how much of it there is (`qapi/machine.json`). */
export class MemoryDevices implements Subsystem {
  readonly commands: CommandTable;

  constructor({ board, setup, memory }: MemoryDevicesParts) {
    const requireKnown = (what: string): void => {
      if (setup.hasDevice(OTHER_DEVICES) || setup.isInDoubt('memory'))
        notModelled(`${what} with such devices`);
    };
    this.commands = commandTable({
      'query-memory-devices': () => {
        requireKnown('query-memory-devices');
        return memory.all.map(describeMemoryDevice);
      },
      'query-memory-size-summary': () => {
        requireKnown('query-memory-size-summary');
        const plugged = memory.all.reduce((sum, device) => sum + memory.sizeOf(device), 0);
        return { 'base-memory': board.memory, 'plugged-memory': plugged };
      },
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({
      memory_size_summary: showing<Record<string, number>>('query-memory-size-summary', (summary) => [
        `base memory: ${summary['base-memory']}`,
        `plugged memory: ${summary['plugged-memory']}`,
      ]),
      'memory-devices': showing<readonly Info[]>('query-memory-devices', (devices) =>
        devices.flatMap(linesOf),
      ),
    });
  }
}

/** A device as `query-memory-devices` shows it. */
export function describeMemoryDevice(device: ShownMemoryDevice): Info {
  const { kind, id, memdev, node, size, address } = device;
  const data =
    kind === 'virtio-mem'
      ? {
          memaddr: address,
          'requested-size': device.requested,
          size: device.taken,
          'max-size': size,
          'block-size': device.block,
        }
      : {
          addr: address,
          slot: device.slot,
          size,
          hotplugged: device.hotplugged,
          hotpluggable: true,
        };
  const named = id === undefined ? {} : { id };
  return { type: kind, data: { ...named, ...data, node, memdev: `/objects/${memdev}` } };
}

/** Members that the human monitor shows, in its order; addresses are in hexadecimal. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'virtio-mem': ['memaddr', 'node', 'requested-size', 'size', 'max-size', 'block-size', 'memdev'],
  dimm: ['addr', 'slot', 'node', 'size', 'memdev', 'hotplugged', 'hotpluggable'],
};

function linesOf({ type, data }: Info): readonly string[] {
  const names = SHOWN[type] ?? SHOWN['dimm'] ?? [];
  const shown = (name: string): string =>
    name.endsWith('addr') ? `0x${Number(data[name]).toString(16)}` : String(data[name]);
  return [`Memory device [${type}]: "${data.id ?? ''}"`, ...names.map((name) => `  ${name}: ${shown(name)}`)];
}
