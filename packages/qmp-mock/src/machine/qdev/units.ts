import { genericError } from '../command.ts';
import type { TypeTable } from '../types/type-table.ts';
import type { Bus, Device } from './device-tree.ts';

/** Names and numbers of units, for the kinds of buses that have them. */
const KINDS: Readonly<Record<string, { readonly name: string; readonly units: number }>> = {
  IDE: { name: 'IDE', units: 2 },
  'floppy-bus': { name: 'floppy', units: 2 },
};
/** Ports of these controllers take one drive each. */
const SINGLE = ['ich9-ahci', 'sysbus-ahci'];

/**
 * Finds the place of a drive on an IDE or floppy bus (`ide_dev_initfn` in `hw/ide`, `floppy_drive_realize` in
 * `hw/block/fdc.c`); gives `undefined` for buses that have no such places. Throws QEMU's refusal.
 *
 * @param owner - The device that makes the bus.
 * @param asked - The unit that is asked for; any if `undefined`.
 */
export function placeUnit(
  types: TypeTable,
  bus: Bus,
  owner: Device | undefined,
  asked: number | undefined,
): number | undefined {
  const kind = Object.hasOwn(KINDS, bus.type) ? KINDS[bus.type] : undefined;
  if (kind === undefined) return undefined;
  const units = owner !== undefined && SINGLE.some((type) => types.is(owner.type, type)) ? 1 : kind.units;
  const taken = new Set(bus.devices.map(({ unit }) => unit));
  const unit = asked ?? nextUnit(bus.type, taken);
  if (unit >= units) {
    throw genericError(`Can't create ${kind.name} unit ${unit}, bus supports only ${units} units`);
  }
  if (taken.has(unit)) throw genericError(`${kind.name} unit ${unit} is in use`);
  return unit;
}

/** On IDE it is the second as soon as there is a first, be it taken or not. */
function nextUnit(type: string, taken: ReadonlySet<number | undefined>): number {
  if (type === 'IDE') return taken.has(0) ? 1 : 0;
  let unit = 0;
  while (taken.has(unit)) unit += 1;
  return unit;
}
