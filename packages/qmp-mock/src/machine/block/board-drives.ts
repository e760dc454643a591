import type { GivenOption } from '../machine-options.ts';

/** Numbers of the devices that a board makes for its drives, on a board without default devices. */
export interface BoardDriveNumbers {
  /** Number of the first IDE device, and of the first floppy. */
  readonly ide: number;
  readonly floppy: number;
  /** Whether IDE devices come before all others that options add or take away. */
  readonly early: boolean;
}

/** Everything of a machine that the numbers depend on. */
export interface BoardDriveParts {
  readonly type: string;
  readonly cpus: number;
  readonly given: readonly GivenOption[];
  readonly hasDefaults: boolean;
  /** Number of the board's network cards. */
  readonly cards: number;
  /** The rules of the version, by kind of machine. */
  readonly rules: Readonly<Record<string, BoardDriveNumbers>>;
}

/** Options that no device of the board comes or goes with, and those that are counted. */
const KNOWN = new Set(
  `S m smp accel machine M name uuid display vga nic net netdev serial parallel monitor qmp qmp-pretty mon chardev device
  drive hda hdb hdc hdd cdrom fda fdb blockdev object nodefaults no-user-config nouserconfig rtc boot action
  no-reboot no-shutdown usb cpu daemonize pidfile k vnc trace msg D d L no-hpet sandbox set`.split(/\s+/),
);
const NEUTRAL_PROPERTIES =
  /^(type|accel|usb|vmport|hpet|dump-guest-core|mem-merge|memory-backend|kernel-irqchip)$/;
/** Cards that take the place of the board's own. */
const GRAPHICS =
  /\b(VGA|cirrus-vga|isa-vga|isa-cirrus-vga|vmware-svga|qxl-vga|virtio-vga(-gl)?|ati-vga|vhost-user-vga|bochs-display|secondary-vga)\b/;

/**
 * Finds the paths of the devices that a board has for its drives. QEMU counts the devices without a place of
 * their own in the order in which the board makes them.
 *
 * @returns Paths by kind of controller, in the order of the drives' places; `undefined` if an option may
 *   change them in a way that isn't known.
 */
export function boardDrivePaths(
  parts: BoardDriveParts,
  drives: { readonly ide: number; readonly floppy: number },
): { readonly ide: readonly string[]; readonly floppy: readonly string[] } | undefined {
  const numbers = Object.hasOwn(parts.rules, parts.type) ? parts.rules[parts.type] : undefined;
  if (numbers === undefined || !parts.given.every(isKnown)) return undefined;
  const [ide, floppy] = firstNumbers(parts, numbers, drives);
  const paths = (first: number, count: number): string[] =>
    Array.from({ length: count }, (_, at) => `/machine/unattached/device[${first + at}]`);
  return { ide: paths(ide, drives.ide), floppy: paths(floppy, drives.floppy) };
}

function firstNumbers(
  parts: BoardDriveParts,
  numbers: BoardDriveNumbers,
  drives: { readonly ide: number; readonly floppy: number },
): [ide: number, floppy: number] {
  const { given, cpus, type, cards } = parts;
  const more = cpus - 1;
  const isPc = type === 'pc';
  const ports = portsOf(parts, 'serial') + portsOf(parts, 'parallel');
  const hpet = given.some(hasNo('hpet')) || given.some(({ name }) => name === 'no-hpet') ? 1 : 0;
  const vmport = given.some(hasNo('vmport')) ? 2 : 0;
  const others = ports + (isPc && hasGraphics(parts) ? 1 : 0) - hpet;
  const controller = !isPc && drives.floppy > 0 ? 1 : 0;
  const late = others - vmport + drives.floppy + controller + (isPc ? cards : 0);
  return [
    numbers.ide + more + (numbers.early ? 0 : late),
    numbers.floppy + more + others + (numbers.early ? drives.ide : 0),
  ];
}

function isKnown({ name, argument }: GivenOption): boolean {
  if (!KNOWN.has(name)) return false;
  if (name !== 'machine' && name !== 'M') return true;
  return argument.split(',').every((part, at) => {
    const [property = ''] = part.split('=');
    return (at === 0 && !part.includes('=')) || NEUTRAL_PROPERTIES.test(property);
  });
}

function hasNo(property: string): (option: GivenOption) => boolean {
  const denials = new Set(['off', 'no', 'false', 'n'].map((no) => `${property}=${no}`));
  return ({ name, argument }) =>
    (name === 'machine' || name === 'M') && argument.split(',').some((part) => denials.has(part));
}

/** Number of serial or parallel ports: one by default. */
function portsOf({ given, hasDefaults }: BoardDriveParts, option: 'serial' | 'parallel'): number {
  const asked = given.filter(({ name }) => name === option);
  if (asked.length > 0) return asked.filter(({ argument }) => argument !== 'none').length;
  const isGiven = given.some(({ name, argument }) => name === 'device' && argument.includes(`isa-${option}`));
  return hasDefaults && !isGiven ? 1 : 0;
}

function hasGraphics({ given, hasDefaults }: BoardDriveParts): boolean {
  const vga = given.findLast(({ name }) => name === 'vga')?.argument;
  if (vga !== undefined) return vga !== 'none';
  return hasDefaults && !given.some(({ name, argument }) => name === 'device' && GRAPHICS.test(argument));
}
