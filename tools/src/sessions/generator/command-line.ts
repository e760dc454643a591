import { chardevUnits, netdevUnits, objectUnits, serialUnits } from './backends.ts';
import { deviceUnits } from './devices.ts';
import type { Dice } from './dice.ts';
import { badOption, display, helpOption, machine, plain, shape, type Unit } from './options.ts';
import { blockdevUnits, driveUnits, wholeDisk } from './storage.ts';
import { wholeLine } from './whole-lines.ts';
import type { World } from './world.ts';

/** A command line of ordinary parts; now and then with a bad one. */
export function commandLine(dice: Dice, world: World): Unit[] {
  if (dice.percent(14)) return wholeLine(dice, world);
  const units: Unit[] = machine(dice, world);
  units.push(
    ...shape(
      dice,
      world,
      units.some(([, text]) => text?.includes('accel=') === true),
    ),
  );
  if (dice.percent(82)) units.push(['-nodefaults']);
  if (dice.percent(15)) units.push(['-no-user-config']);
  units.push(...display(dice, world));
  // A machine that runs has firmware, whose doings depend on time; both kinds are ordinary.
  if (dice.percent(62)) units.push(['-S']);
  else if (dice.percent(25)) units.push(['-bios', 'halt.bin']);
  units.push(...plain(dice));
  const parts: readonly (readonly [number, (dice: Dice, world: World) => Unit[]])[] = [
    [world.board === 'none' ? 0 : 48, deviceUnits],
    [10, blockdevUnits],
    [world.board === 'none' ? 2 : 6, driveUnits],
    [world.board === 'none' ? 1 : 7, wholeDisk],
    [7, netdevUnits],
    [8, chardevUnits],
    [world.board === 'none' ? 1 : 5, serialUnits],
    [12, objectUnits],
  ];
  for (
    let count = dice.weighted([
      [2, 0],
      [4, 1],
      [5, 2],
      [5, 3],
      [4, 4],
      [2, 6],
      [1, 9],
    ]);
    count > 0;
    count -= 1
  )
    units.push(...dice.weighted(parts)(dice, world));
  if (dice.percent(4)) units.splice(dice.integer(0, units.length), 0, badOption(dice));
  if (dice.percent(2)) units.splice(dice.integer(0, units.length), 0, helpOption(dice));
  return units;
}
