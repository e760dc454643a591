import { readGlobal } from '../qdev/device-globals.ts';
import type { ObjectTable } from '../qom/object-table.ts';
import type { Setup } from '../setup/setup.ts';
import type { TypeTable } from '../types/type-table.ts';
import type { BoardObjects } from './board-objects.ts';

/** Options beside `-device` that bring devices which weren't recorded with the board. */
const MAKES_DEVICES =
  /^(nic|net|drive|hd[abcd]|fd[ab]|cdrom|sd|mtdblock|pflash|disk image|usb|usbdevice|serial|parallel|vga|virtfs.*|watchdog|audio|soundhw|debugcon|virtioconsole|no-hpet|no-acpi)$/;

/** Ways in which models were recorded. */
const WAYS = ['cold', 'pcie', 'pci', 'port', 'hot', 'hot-pci', 'hot-port'] as const;

/** Types of what is inside a device of a model, by its path there; none if it wasn't recorded. */
export function partsOf(
  table: ObjectTable,
  model: string,
): readonly (readonly [path: string, type: string])[] {
  for (const way of WAYS) {
    const record = table.find(model, way);
    if (record !== undefined) return record.objects.slice(1).map(([path, type]) => [path, type]);
  }
  return [];
}

/** Parts of the machine that {@link liftGlobals} looks at. */
export interface LiftGlobalsParts {
  readonly setup: Setup;
  readonly types: () => TypeTable;
  readonly board: BoardObjects;
}

/** Tells the setup of each `-global` that nothing on the board takes: those of devices are modelled. */
export function liftGlobals({ setup, types, board }: LiftGlobalsParts): void {
  if (!setup.has('global')) return;
  if (setup.given.some(({ name, argument }) => MAKES_DEVICES.test(name) && argument !== 'none')) return;
  const table = types();
  const there = board.isExact ? board.record()?.objects.map(([, type]) => type) : undefined;
  for (const [number, { name, argument }] of setup.given.entries()) {
    if (name !== 'global') continue;
    const { driver } = readGlobal(argument);
    const isDevice = table.has(driver) && table.is(driver, 'device');
    const isOnBoard =
      there === undefined ||
      table.is(driver, 'cpu') ||
      ['migration', ...there].some((type) => table.has(type) && table.is(type, driver));
    if (!isDevice ? !table.has(driver) : !isOnBoard) setup.lift(number);
  }
}
