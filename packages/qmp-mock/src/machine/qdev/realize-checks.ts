import { genericError } from '../command.ts';
import type { TypeTable } from '../types/type-table.ts';
import type { Bus, Device } from './device-tree.ts';

/** Sector of a disk that says nothing else, in bytes. */
const SECTOR = 512;
/** Virtio devices that have an older form. */
const HAS_OLDER_FORM = /^virtio-(net|blk|balloon|serial|scsi|rng|9p)-pci/;
/** Devices of one speed, and the name that they tell; others fit every port. */
const FULL_SPEED: Readonly<Record<string, string>> = {
  'usb-audio': 'QEMU USB Audio Interface',
  'usb-braille': 'QEMU USB Braille',
  'usb-ccid': 'QEMU USB CCID',
  'usb-hub': 'QEMU USB Hub',
  'usb-net': 'QEMU USB Network Interface',
  'usb-serial': 'QEMU USB Serial',
  'usb-wacom-tablet': 'QEMU PenPartner Tablet',
};
const HIGH_SPEED: Readonly<Record<string, string>> = { 'usb-uas': 'USB Attached SCSI HBA' };
/** Controllers and hubs whose ports have one speed. */
const FULL_SPEED_PORTS = /uhci|ohci|^usb-hub$/;
const HIGH_SPEED_PORTS = /ehci/;

/** A device that is about to be realized. */
export interface Candidate {
  readonly type: string;
  /** Everything that it was given. */
  readonly given: ReadonlyMap<string, unknown>;
  readonly bus: Bus | undefined;
  /** The device that makes its bus. */
  readonly owner: Device | undefined;
  /** Whether the machine is there already. */
  readonly hot: boolean;
  /** Its port on a USB bus. */
  readonly usbPort: string | undefined;
  /** Devices that are there. */
  readonly others: Iterable<Device>;
}

/** Refuses a device whose properties don't fit each other, its place, or the others (its `realize`). */
export function checkRealizing(candidate: Candidate, types: TypeTable): void {
  checkBlockSizes(candidate);
  checkForms(candidate, types);
  checkBackends(candidate);
  checkSpeed(candidate);
}

const isOn = (value: unknown): boolean => value === true || /^(on|yes|true|y)$/.test(String(value));

/** Sizes of a disk's blocks (`blkconf_blocksizes`). */
function checkBlockSizes({ given }: Candidate): void {
  const [logical, physical] = ['logical_block_size', 'physical_block_size'].map((name) =>
    Number(given.get(name) ?? SECTOR),
  );
  if (logical !== undefined && physical !== undefined && logical > physical) {
    throw genericError('logical_block_size > physical_block_size not supported');
  }
}

/** A virtio device on PCI has an older form, a newer one, or both (`virtio_pci_realize`). */
function checkForms({ type, given, owner }: Candidate, types: TypeTable): void {
  if (!HAS_OLDER_FORM.test(type)) return;
  const choice = given.get('disable-legacy') ?? 'auto';
  const isBehindPort = owner !== undefined && types.is(owner.type, 'pcie-port');
  const isNewOnly =
    type.endsWith('-non-transitional') ||
    isOn(choice) ||
    (choice === 'auto' && isBehindPort && !type.endsWith('-transitional'));
  if (isNewOnly && isOn(given.get('disable-modern'))) {
    throw genericError('device cannot work as neither modern nor legacy mode is enabled');
  }
  if (!isNewOnly && isOn(given.get('iommu_platform'))) {
    throw genericError('VIRTIO_F_IOMMU_PLATFORM was supported by neither legacy nor transitional device');
  }
}

/** Backends that one device has alone. */
function checkBackends({ type, given, others }: Candidate): void {
  const isOwned = (name: string): boolean => {
    const id = given.get(name);
    if (id === undefined) return false;
    for (const { properties } of others) if (properties.get(name) === id) return true;
    return false;
  };
  if (type.startsWith('virtio-crypto') && isOwned('cryptodev')) {
    throw genericError(`can't use already used cryptodev backend: ${String(given.get('cryptodev'))}`);
  }
  if (type === 'ivshmem-plain' && isOwned('memdev')) {
    throw genericError(`can't use already busy memdev: ${String(given.get('memdev'))}`);
  }
}

/** Speed of a USB device, and of its port (`usb_check_attach`). */
function checkSpeed({ type, bus, owner, usbPort, hot }: Candidate): void {
  if (bus === undefined || owner === undefined || usbPort === undefined) return;
  const refuse = (name: string, own: string, its: string): never => {
    throw genericError(
      `Warning: speed mismatch trying to attach usb device "${name}" (${own} speed) to bus "${bus.name}", port "${usbPort}" (${its} speed)`,
    );
  };
  const full = FULL_SPEED[type];
  const high = HIGH_SPEED[type];
  if (HIGH_SPEED_PORTS.test(owner.type) && full !== undefined) refuse(full, 'full', 'high');
  // One that comes later waits until somebody attaches it.
  if (FULL_SPEED_PORTS.test(owner.type) && high !== undefined && !hot) refuse(high, 'high+super', 'full');
}
