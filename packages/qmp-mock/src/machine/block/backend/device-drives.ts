import { genericError } from '../../command.ts';
import { devicePath } from '../../qdev/device-path.ts';
import type { Device } from '../../qdev/device-tree.ts';
import type { Setup } from '../../setup/setup.ts';
import type { BlockGraph } from '../graph/block-graph.ts';
import type { BlockNode } from '../graph/node.ts';
import type { BlockBackends } from './backends.ts';
import type { BlockBackend, FrontDevice } from './block-backend.ts';
import { driveModel, type DriveModel } from './front-device.ts';

/** Parts of the machine that {@link DeviceDrives} needs. */
export interface DeviceDrivesParts {
  readonly graph: BlockGraph;
  readonly backends: BlockBackends;
  readonly setup: Setup;
  /** Whether a device model has the property `drive`. */
  readonly takesDrive: (model: string) => boolean;
}

/** Links between devices and their drives (`set_drive` in `hw/core/qdev-properties-system.c`). */
export class DeviceDrives {
  readonly #parts: DeviceDrivesParts;

  constructor(parts: DeviceDrivesParts) {
    this.#parts = parts;
  }

  /** Whether there is a drive or node with that name. */
  has(name: string): boolean {
    const { backends, graph } = this.#parts;
    return backends.find(name) !== undefined || graph.has(name);
  }

  /** Refuses a drive that another device has. */
  check(name: string): void {
    this.#parts.backends.check(name);
  }

  /** Gives a device that comes its drive. Throws QEMU's refusal. */
  plugged(device: Device): void {
    const { setup, backends, takesDrive } = this.#parts;
    const given = textOf(device.properties.get('drive'));
    const model = modelOf(device);
    if (model === undefined) {
      if (given !== '' && takesDrive(device.type)) setup.touch(`the device ${device.type}`, 'drives');
      return;
    }
    if (given === '' && model.removable !== true) return;
    const medium = given === '' ? undefined : this.#medium(given);
    const front = frontOf(device, model);
    if (front === undefined) {
      setup.touch(`the device ${device.type}`, 'drives');
      return;
    }
    if (model.removable !== true && medium !== undefined && 'device' in medium && medium.node === undefined) {
      throw genericError('Device needs media, but drive is empty');
    }
    backends.attach(front, medium, isOn(device.properties.get('share-rw')));
    const backend = backends.byDevice(front.name);
    const writeCache = textOf(device.properties.get('write-cache'));
    if (backend !== undefined && writeCache !== '' && writeCache !== 'auto') {
      backend.writeCache = writeCache === 'on';
    }
  }

  /**
   * The geometry of a hard disk that has no table of partitions, by its size (`guess_chs_for_size` in
   * `hw/block/hd-geometry.c`); `undefined` for another disk.
   */
  geometryOf(device: Device): Readonly<Record<string, number | string>> | undefined {
    const given = textOf(device.properties.get('drive'));
    const model = modelOf(device);
    const medium = given === '' || model?.removable === true ? undefined : this.#medium(given);
    const node = medium !== undefined && 'device' in medium ? medium.node : medium;
    if (node === undefined || !HARD_DISK.test(device.type)) return undefined;
    const [low, high] = node.read(SIGNATURE_AT, 2);
    if (low === SIGNATURE[0] && high === SIGNATURE[1]) return undefined;
    const whole = Math.floor(node.size / SECTOR / (HEADS * SECTORS));
    const cyls = Math.min(Math.max(whole, 2), MOST_CYLINDERS);
    const translation = cyls <= MOST_UNTRANSLATED ? 'none' : 'lba';
    return { cyls, heads: HEADS, secs: SECTORS, 'bios-chs-trans': translation };
  }

  /** Takes the drive away from a device that goes. */
  unplugged(device: Device): void {
    const model = modelOf(device);
    const front = model === undefined ? undefined : frontOf(device, model);
    if (front !== undefined) this.#parts.backends.detach(front.name);
  }

  #medium(name: string): BlockBackend | BlockNode | undefined {
    const { backends, graph } = this.#parts;
    return backends.find(name) ?? graph.find(name);
  }
}

/** Disks that have a geometry. */
const HARD_DISK = /^(virtio-blk(-pci.*|-device)?|ide-hd|scsi-hd)$/;
const SECTOR = 512;
const HEADS = 16;
const SECTORS = 63;
const MOST_CYLINDERS = 16_383;
/** Cylinders that an old BIOS can count. */
const MOST_UNTRANSLATED = 1024;
/** End of the first sector, if it has a table of partitions. */
const SIGNATURE_AT = 510;
const SIGNATURE: readonly [number, number] = [0x55, 0xaa];

const textOf = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : typeof value === 'string' ? value : '';

const isOn = (value: unknown): boolean => /^(on|yes|true|y)$/.test(textOf(value));

/** Disks whose media a property makes removable. */
const CHOOSES_REMOVABLE = /^(scsi-hd|usb-storage)$/;

function modelOf({ type, properties }: Device): DriveModel | undefined {
  const model = driveModel(type);
  if (model === undefined || !CHOOSES_REMOVABLE.test(type) || !isOn(properties.get('removable')))
    return model;
  return { ...model, removable: true, tray: true };
}

/** A device as its drive sees it, or `undefined` if its path isn't known. */
function frontOf(device: Device, model: DriveModel): FrontDevice | undefined {
  const path = devicePath(device);
  const name = model.inside === undefined ? (device.id ?? path) : insideOf(device, path, model.inside);
  if (name === undefined) return undefined;
  const action = (property: string, usual: string): string => {
    const given = textOf(device.properties.get(property));
    return given === '' || given === 'auto' ? usual : given;
  };
  return { name, model, onErrors: { write: action('werror', 'enospc'), read: action('rerror', 'report') } };
}

function insideOf(device: Device, path: string | undefined, inside: string): string | undefined {
  if (path === undefined) return undefined;
  if (inside !== 'disk') return `${path}/${inside}`;
  const bus = device.buses[0]?.name;
  return bus === undefined ? undefined : `${path}/${bus}/legacy[0]`;
}
