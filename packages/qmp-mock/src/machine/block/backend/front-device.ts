import { CONSISTENT_READ, RESIZE, WRITE, WRITE_UNCHANGED } from '../graph/permission.ts';

/** Traits of device models that have a drive, as their code in QEMU's `hw/` sets them. */
export interface DriveModel {
  /** Whether media can be changed (`change_media_cb`). */
  readonly removable?: boolean | undefined;
  /** Whether it has a tray (`is_tray_open`). */
  readonly tray?: boolean | undefined;
  /** Whether it keeps the status of the last error (`blk_iostatus_enable`). */
  readonly ioStatus?: boolean | undefined;
  /** Whether it never writes. */
  readonly readOnly?: boolean | undefined;
  /** Whether the size may change while it is in use. */
  readonly resizable?: boolean | undefined;
  /** Whether it refuses a medium that is read-only. */
  readonly needsWritable?: boolean | undefined;
  /** Path of the object that has the drive, below the device's own; `disk` is a disk on the device's bus. */
  readonly inside?: string | undefined;
  /** Whether its drive is deleted with it (`blockdev_mark_auto_del`). */
  readonly deletesDrive?: boolean | undefined;
}

const DISK: DriveModel = { ioStatus: true, resizable: true, deletesDrive: true };
const CD: DriveModel = { ioStatus: true, removable: true, tray: true, readOnly: true, deletesDrive: true };
const VIRTIO: DriveModel = { ...DISK, inside: 'virtio-backend' };

/** Models whose drives are known, as QEMU 7.2, 10.0 and 11.1 show them. */
const MODELS: Readonly<Record<string, DriveModel>> = {
  'virtio-blk-device': DISK,
  'virtio-blk-pci': VIRTIO,
  'virtio-blk-pci-transitional': VIRTIO,
  'virtio-blk-pci-non-transitional': VIRTIO,
  'ide-hd': { ...DISK, needsWritable: true },
  'ide-cd': CD,
  'scsi-hd': DISK,
  'scsi-cd': CD,
  'usb-storage': { ...DISK, inside: 'disk' },
  floppy: { removable: true, deletesDrive: true },
  nvme: {},
  'nvme-ns': {},
};

/** Finds the traits of a model with a drive; `undefined` if they aren't known. */
export function driveModel(name: string): DriveModel | undefined {
  return Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
}

/** Permissions that a device takes, and those that it lets others have (`blkconf_apply_backend_options`). */
export function devicePermissions(
  { readOnly, resizable }: DriveModel,
  medium: { readonly readOnly: boolean } | undefined,
  sharesWrites: boolean,
): { readonly permissions: number; readonly shared: number } {
  const writes = readOnly !== true && medium?.readOnly !== true;
  return {
    permissions: writes ? CONSISTENT_READ | WRITE : CONSISTENT_READ,
    shared:
      CONSISTENT_READ | WRITE_UNCHANGED | (resizable === true ? RESIZE : 0) | (sharesWrites ? WRITE : 0),
  };
}
