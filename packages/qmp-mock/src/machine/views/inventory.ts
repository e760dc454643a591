import { NotModelledError } from '../../engine/not-modelled.ts';
import type { BlockBackend } from '../block/backend/block-backend.ts';
import type { BlockNode } from '../block/graph/node.ts';
import type { ScreenPicture } from '../guest/screen.ts';
import { devicePath } from '../qdev/device-path.ts';
import type { Device } from '../qdev/device-tree.ts';

/** A device of an {@link Inventory}. */
export interface InventoryDevice {
  /** Its id; its path in the object tree if it has none. */
  readonly name: string;
  /** Its model, such as `virtio-net-pci`. */
  readonly type: string;
  /** The bus that it's on; `undefined` if it is on none. */
  readonly bus: string | undefined;
}

/** A drive of an {@link Inventory}. */
export interface InventoryDrive {
  /** Its name, or that of the device that has it. */
  readonly name: string;
  /** The file in it, or the name of the node if that has no file; `undefined` if the drive is empty. */
  readonly medium: string | undefined;
  /** Its format, such as `qcow2`. */
  readonly format: string | undefined;
  /** Its size in bytes; `undefined` if it isn't modelled. */
  readonly size: number | undefined;
  readonly trayOpen: boolean;
}

/** Things that a machine has at one moment. */
export interface Inventory {
  /** Its run state, as `query-status` names it. */
  readonly state: string;
  /** The devices of the command line and those that were plugged in, oldest first; not those of its board. */
  readonly devices: readonly InventoryDevice[];
  /** The drives, oldest first. */
  readonly drives: readonly InventoryDrive[];
  /** The picture that a test gave its screen. */
  readonly screen: ScreenPicture | undefined;
}

export const describeDevice = (device: Device): InventoryDevice => ({
  name: device.id ?? devicePath(device) ?? device.type,
  type: device.type,
  bus: device.bus?.name,
});

export function describeDrive(backend: BlockBackend): InventoryDrive {
  const node = backend.node?.skippingImplicit;
  return {
    name: backend.name === '' ? (backend.device?.name ?? '') : backend.name,
    medium: node === undefined ? undefined : node.filename === '' ? node.name : node.filename,
    format: node?.driver,
    size: node === undefined ? undefined : sizeOf(node),
    trayOpen: backend.trayOpen,
  };
}

function sizeOf(node: BlockNode): number | undefined {
  try {
    return node.size;
  } catch (error) {
    if (error instanceof NotModelledError) return undefined;
    throw error;
  }
}
