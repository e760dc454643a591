import type { QDict } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';
import type { TypeTable } from '../types/type-table.ts';
import type { Bus, Device, ScsiAddress } from './device-tree.ts';

/** Largest target and unit of controllers, by the type that makes the bus; the same in QEMU 7.2 to 11.1. */
const LIMITS: readonly (readonly [type: string, target: number, lun: number])[] = [
  ['virtio-scsi-pci', 255, 16_383],
  ['virtio-scsi-device', 255, 16_383],
  ['lsi53c895a', 7, 0],
  ['megasas-base', 64, 255],
  ['mptsas1068', 8, 1],
  ['am53c974', 7, 7],
  ['pvscsi', 64, 0],
  ['usb-storage', 0, 0],
  ['usb-bot', 0, 15],
  ['usb-uas', 0, 255],
];

/** The place of a device that a model comes with, such as the disk of `usb-storage`. */
const FIRST: ScsiAddress = { channel: 0, target: 0, lun: 0 };

/**
 * Finds the place of a device on a SCSI bus (`scsi_bus_check_address` in `hw/scsi/scsi-bus.c`); `undefined`
 * for other buses. Throws QEMU's refusal.
 *
 * @param owner - The device that makes the bus.
 */
export function placeOnScsi(
  types: TypeTable,
  bus: Bus | undefined,
  owner: Device | undefined,
  args: QDict,
): ScsiAddress | undefined {
  if (bus === undefined || !types.is(bus.type, 'SCSI')) return undefined;
  const limits = LIMITS.find(([type]) => owner !== undefined && types.is(owner.type, type));
  if (limits === undefined) notModelled(`a place on the SCSI bus of ${owner?.type ?? 'the board'}`);
  const [, lastTarget, lastLun] = limits;
  const asked = (name: string): number | undefined => {
    const number = Number(args.get(name) ?? -1);
    return Number.isInteger(number) && number >= 0 ? number : undefined;
  };
  const channel = asked('channel') ?? 0;
  const target = asked('scsi-id');
  const lun = asked('lun');
  if (channel > 0) throw genericError(`bad scsi channel id: ${channel}`);
  if (target !== undefined && target > lastTarget) throw genericError(`bad scsi device id: ${target}`);
  if (lun !== undefined && lun > lastLun) throw genericError(`bad scsi device lun: ${lun}`);
  const places = new Map(bus.devices.map((device) => [keyOf(device.scsi ?? FIRST), device]));
  const at = (place: ScsiAddress): Device | undefined => places.get(keyOf(place));
  if (target === undefined) {
    for (let free = 0; free <= lastTarget; free++) {
      const place = { channel, target: free, lun: lun ?? 0 };
      if (at(place) === undefined) return place;
    }
    throw genericError('no free target');
  }
  if (lun === undefined) {
    for (let free = 0; free <= lastLun; free++) {
      const place = { channel, target, lun: free };
      if (at(place) === undefined) return place;
    }
    throw genericError('no free lun');
  }
  const place = { channel, target, lun };
  const other = at(place);
  if (other !== undefined) throw genericError(`lun already used by '${other.id ?? '(null)'}'`);
  return place;
}

const keyOf = ({ channel, target, lun }: ScsiAddress): string => `${channel}/${target}/${lun}`;
