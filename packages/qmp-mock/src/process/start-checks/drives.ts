import { QDict } from '../../engine/json/value.ts';
import type { ColdDevice } from '../../machine/machine-options.ts';
import { refuse, StartError } from '../command-line/start-error.ts';
import { StartOption } from '../command-line/start-option.ts';
import type { Step } from '../command-line/start-plan.ts';
import { openDrive } from './drive-opening.ts';
import { CACHES, checkCommon, checkSwitches, isOn } from './drive-options.ts';
import type { StartContext } from './start-context.ts';

/** A drive of the command line. */
export interface Drive {
  readonly option: StartOption;
  /** Its id, of its own or as QEMU makes it up. */
  readonly id: string;
  /** The kind of controller that it is for. */
  readonly bus: string;
  readonly index: readonly [bus: number, unit: number];
  readonly media: 'disk' | 'cdrom';
  readonly empty: boolean;
  readonly readOnly: boolean;
  /** Its file, if it is one. */
  readonly path: string | undefined;
}

/** Options that are drives by themselves, and what they stand for (`drive_add` in `system/vl.c`). */
const SHORT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hda: { index: '0' },
  hdb: { index: '1' },
  hdc: { index: '2' },
  hdd: { index: '3' },
  cdrom: { index: '2', media: 'cdrom' },
  fda: { if: 'floppy', index: '0' },
  fdb: { if: 'floppy', index: '1' },
  pflash: { if: 'pflash' },
  mtdblock: { if: 'mtd' },
  sd: { if: 'sd' },
  'disk image': { index: '0' },
};
/** Kinds of controllers (`if_name` in `blockdev.c`), and how many drives a bus of theirs has. */
const BUSES: Readonly<Record<string, number>> = {
  none: 0,
  ide: 2,
  scsi: 7,
  floppy: 0,
  pflash: 0,
  mtd: 0,
  sd: 0,
  virtio: 0,
  xen: 0,
};
/** Machines whose drives are IDE if nothing is said; on others they are for no controller. */
export const IDE_MACHINES: ReadonlySet<string> = new Set(['pc', 'q35', 'isapc']);

const MISPLACED = 'index cannot be used with bus and unit';
const drivesOf = new WeakMap<StartContext, readonly Drive[]>();

/** The drives of the command line, checked; see {@link checkDrives}. */
export function drives(context: StartContext): readonly Drive[] {
  return drivesOf.get(context) ?? [];
}

/** `-drive` and its short forms, in their order (`drive_new` and `blockdev_init` in QEMU's `blockdev.c`). */
export function checkDrives(context: StartContext): void {
  const found: Drive[] = [];
  drivesOf.set(context, found);
  const writers = new Set<string>();
  for (const option of context.options) {
    if (option.name !== 'drive' && !Object.hasOwn(SHORT, option.name)) continue;
    try {
      found.push(readDrive(context, option, found, writers));
    } catch (error) {
      throw error instanceof StartError ? error.at(option.location) : error;
    }
  }
}

const hotDrivesOf = new WeakMap<StartContext, readonly Drive[]>();

/**
 * Reads a drive that is added to a machine, beside those that are there. Throws a `StartError` in QEMU's
 * words.
 */
export function readHotDrive(
  context: StartContext,
  argument: string,
  isThere: (id: string) => boolean,
): Drive {
  const others = [...drives(context), ...(hotDrivesOf.get(context) ?? [])].filter(({ id }) => isThere(id));
  const drive = readDrive(context, new StartOption('drive', argument, ''), others, new Set());
  hotDrivesOf.set(context, [...others.filter((other) => !drives(context).includes(other)), drive]);
  return drive;
}

function readDrive(
  context: StartContext,
  option: StartOption,
  others: readonly Drive[],
  writers: Set<string>,
): Drive {
  const values = valuesOf(option);
  checkSwitches(values);
  const cache = values.get('cache');
  if (cache !== undefined && !CACHES.includes(cache)) refuse('invalid cache option');
  const number = (name: string): number | undefined => numberOf(values, name);
  const [askedBus, askedUnit, index] = [number('bus') ?? 0, number('unit'), number('index')];
  const media = values.get('media') ?? 'disk';
  if (media !== 'disk' && media !== 'cdrom') refuse(`'${media}' invalid media`);
  let readOnly = media === 'cdrom' || isOn(values, 'readonly') || isOn(values, 'read-only');
  if (readOnly && isOn(values, 'copy-on-read')) {
    context.warn('disabling copy-on-read on read-only drive', option.location);
  }
  const bus = values.get('if') ?? (IDE_MACHINES.has(context.machine.kind) ? 'ide' : 'none');
  if (!Object.hasOwn(BUSES, bus)) refuse(`unsupported bus type '${bus}'`);
  const place = placeOf(context, bus, { bus: askedBus, unit: askedUnit, index }, others);
  const werror = values.get('werror');
  if ((werror ?? 'report') !== 'report' && !['ide', 'scsi', 'virtio', 'none'].includes(bus)) {
    refuse('werror is not supported by this bus type');
  }
  const id = values.get('id');
  checkCommon(values);
  const opened = openDrive(context, values, { readOnly, snapshot: isOn(values, 'snapshot'), writers });
  readOnly ||= opened.readOnly;
  const node = values.get('node-name');
  if (node !== undefined && !/^[A-Za-z][\w.-]*$/.test(node)) refuse(`Invalid node-name: '${node}'`);
  if (
    id !== undefined &&
    (node === id || context.of('blockdev').some((one) => one.get('node-name') === id))
  ) {
    refuse(`Device name '${id}' conflicts with an existing node name`);
  }
  const [at, unit] = place;
  const made = madeUpId(bus, media, unitsOf(context, bus) === 0 ? undefined : at, unit);
  return {
    option,
    id: id ?? made,
    bus,
    index: place,
    media,
    readOnly,
    empty: opened.empty,
    path: opened.path,
  };
}

/** An id for a drive that has none: `ide0-hd1`, `virtio2`. */
function madeUpId(bus: string, media: string, at: number | undefined, unit: number): string {
  const kind = bus !== 'ide' && bus !== 'scsi' ? '' : media === 'cdrom' ? '-cd' : '-hd';
  return `${bus}${at ?? ''}${kind}${unit}`;
}

/** The devices that drives for virtio bring, behind all others. */
export function virtioDrives(context: StartContext): readonly Step<ColdDevice>[] {
  return drives(context)
    .filter(({ bus }) => bus === 'virtio')
    .map(({ id, option: { location } }) => {
      const args = new QDict([
        ['driver', 'virtio-blk-pci'],
        ['drive', id],
      ]);
      return { location, value: { args, typed: false } };
    });
}

/** Values of a drive's option; a short form stands for some. */
export function valuesOf(option: StartOption): ReadonlyMap<string, string> {
  if (option.name === 'drive') return option.values;
  const { argument } = option;
  return new Map([
    ...Object.entries(SHORT[option.name] ?? {}),
    ...(argument === '' ? [] : [['file', argument] as const]),
  ]);
}

function numberOf(values: ReadonlyMap<string, string>, name: string): number | undefined {
  const value = values.get(name);
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) refuse(`Parameter '${name}' expects a number`);
  return Number(value);
}

/** Most drives on a bus; boards of one drive per bus take one (`override_max_devs`). */
function unitsOf(context: StartContext, bus: string): number {
  return bus === 'ide' && context.machine.kind === 'q35' ? 1 : (BUSES[bus] ?? 0);
}

function placeOf(
  context: StartContext,
  bus: string,
  asked: { readonly bus: number; readonly unit: number | undefined; readonly index: number | undefined },
  others: readonly Drive[],
): readonly [number, number] {
  const most = unitsOf(context, bus);
  let [busId, unit] = [asked.bus, asked.unit ?? -1];
  if (asked.index !== undefined) {
    if (asked.bus !== 0 || asked.unit !== undefined) refuse(MISPLACED);
    [busId, unit] = most === 0 ? [0, asked.index] : [Math.floor(asked.index / most), asked.index % most];
  }
  const taken = (at: number, which: number): boolean =>
    others.some((drive) => drive.bus === bus && drive.index[0] === at && drive.index[1] === which);
  if (unit < 0) {
    unit = 0;
    while (taken(busId, unit)) {
      unit += 1;
      if (most !== 0 && unit >= most) [busId, unit] = [busId + 1, unit - most];
    }
  }
  if (most !== 0 && unit >= most) refuse(`unit ${unit} too big (max is ${most - 1})`);
  if (taken(busId, unit)) {
    const index = busId * most + unit;
    refuse(`drive with bus=${busId}, unit=${unit} (index=${index}) exists`);
  }
  return [busId, unit];
}
