import { givenMembers, type BlockDevice, type Given } from './types.ts';

/** Options of {@link blockDevice}. Any further member replaces the one that QEMU would have. */
export interface BlockDeviceOptions extends Given<BlockDevice> {
  /**
   * The device in front of it: its id, or its path. A virtio disk is
   * `/machine/peripheral/<id>/virtio-backend`.
   */
  qdev?: string | undefined;
  /** The medium; missing if there is none. */
  inserted?: BlockDevice['inserted'] | undefined;
  /** Whether media can be changed, as in a CD-ROM. Default: false. */
  removable?: boolean | undefined;
}

/**
 * Builds an entry of `query-block`: a device whose drive came by `-blockdev`, and so has no name of its own.
 * One with removable media has its tray closed.
 *
 * @example
 * mock.handle('query-block', [
 *   blockDevice({
 *     qdev: 'disk0',
 *     inserted: blockNode({ 'node-name': 'root', file: '/images/root.img', size: 2 ** 30 }),
 *   }),
 *   blockDevice({ qdev: 'cd0', removable: true }),
 * ]);
 */
export function blockDevice(options: BlockDeviceOptions): BlockDevice {
  const { removable = false } = options;
  return {
    'io-status': 'ok',
    device: '',
    locked: false,
    removable,
    ...(removable && { tray_open: false }),
    type: 'unknown',
    ...givenMembers(options),
  };
}
