import { sortMembers } from '../../engine/json/member-order.ts';
import { objectTable } from '../../machine/qom/object-table.ts';
import { isIdentifier } from '../../machine/identifier.ts';
import { cannotAllocate, MOST_MEMORY } from '../../machine/memory/memory-backend.ts';
import { parseBoolean, parseSize } from '../command-line/qemu-opts.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';
import { checkTopology } from './topology.ts';

/**
 * Properties that aren't the board's: accelerators and memory have them, or nobody
 * (`qemu_apply_legacy_machine_options`).
 */
const ELSEWHERE = new Set([
  'type',
  'accel',
  'kernel-irqchip',
  'kvm-shadow-mem',
  'memory-backend',
  'igd-passthru',
]);
const SWITCHES = ['on', 'off', 'auto'];
/** Properties of the machine, in QEMU's order (`object_set_properties_from_keyval`). */
export function checkMachineProperties(context: StartContext): void {
  const { properties, machine } = context;
  const name = `${machine.name}-machine`;
  const table = propertiesOf(context, name);
  const groups = new Set([...properties.keys()].map((key) => key.split('.')[0] ?? ''));
  for (const group of sortMembers([...groups])) {
    if (ELSEWHERE.has(group)) continue;
    if (group === 'smp') checkTopology(context);
    else if (group === 'boot') checkBoot(context);
    else if (group === 'memory') checkMemory(context);
    else if (!properties.has(group)) continue;
    else checkProperty(context, group, properties.get(group) ?? '', name, table);
  }
  if (!groups.has('smp')) checkTopology(context);
  if (context.has('no-fd-bootchk')) checkBootCheck(context, name, table);
}

/** Types of a board's properties by name, as QEMU lists them, or as a recorded board has them. */
function propertiesOf(context: StartContext, name: string): ReadonlyMap<string, string> {
  const listed = context.types.properties(name);
  // QEMU 7.2 doesn't survive being asked for those of `microvm-machine`.
  if (listed === undefined) return propertiesOfBoard(context);
  return new Map(listed.map((property) => [property.name, property.type]));
}

/** Types of a recorded board's properties by name, with its children; empty if none was recorded. */
function propertiesOfBoard({ profile, machine }: StartContext): ReadonlyMap<string, string> {
  const objects = objectTable(profile);
  const [board] = objects.find(`machine ${machine.kind}`, 'bare')?.objects ?? [];
  return new Map(
    board === undefined ? [] : objects.properties(board).map(([property, type]) => [property, type]),
  );
}

/** `-no-fd-bootchk` sets a property of the machine if the boards of this version have it. */
function checkBootCheck({ types }: StartContext, machine: string, table: ReadonlyMap<string, string>): void {
  const property = 'fd-bootchk';
  const isProperty = types.properties('isapc-machine')?.some(({ name }) => name === property) === true;
  if (isProperty && !table.has(property)) refuse(`Property '${machine}.${property}' not found`);
}

function checkProperty(
  context: StartContext,
  name: string,
  value: string,
  machine: string,
  table: ReadonlyMap<string, string>,
): void {
  const type = table.get(name) ?? propertiesOfBoard(context).get(name);
  if (type === undefined) {
    if (table.size > 0) refuse(`Property '${machine}.${name}' not found`);
    return;
  }
  if (type.startsWith('child<')) refuse(`Property '${machine}.${name}' is not writable`);
  if (type === 'bool') {
    if (parseBoolean(value) === undefined) refuse(`Parameter '${name}' expects 'on' or 'off'`);
  } else if (type === 'OnOffAuto') {
    if (!SWITCHES.includes(value)) refuse(`Parameter '${name}' does not accept value '${value}'`);
  } else if (type === 'size') {
    const size = parseSize(value);
    if (size === undefined) refuse(`Parameter '${name}' expects size`);
    if (name === 'max-ram-below-4g' && size > 2 ** 32) {
      refuse(`Machine option 'max-ram-below-4g=${size}' expects size less than or equal to 4G`);
    }
  } else if (/^u?int/.test(type)) {
    if (!/^-?\d+$/.test(value)) refuse(`Parameter '${name}' expects integer`);
  } else if (type.startsWith('link<')) {
    if (!context.of('object').some((object) => object.get('id') === value))
      refuse(`Device '${value}' not found`);
    notModelled(`-machine ${name}=${value}`);
  } else if (name === 'smbios-entry-point-type') {
    if (!['32', '64', 'auto'].includes(value)) refuse(`Parameter '${name}' does not accept value '${value}'`);
  } else if (name === 'pflash0' || name === 'pflash1') {
    if (!context.of('blockdev').some((node) => node.get('node-name') === value)) {
      refuse(`Property 'cfi.pflash01.drive' can't find value '${value}'`);
    }
  } else if (name === 'memory-encryption' && !isIdentifier(value)) {
    notModelled(`-machine ${name}=${value}`);
  }
}

/** Letters of devices to boot from, of which a PC has three places. */
const DEVICES = /^[a-p]$/;
const BOOT_NUMBERS: Readonly<Record<string, readonly [least: number, refusal: string]>> = {
  'splash-time': [0, 'splash-time is invalid,it should be a value between 0 and 65535'],
  'reboot-timeout': [-1, 'reboot timeout is invalid,it should be a value between -1 and 65535'],
};
const BOOT = ['order', 'once', 'menu', 'splash', 'splash-time', 'reboot-timeout', 'strict'];

function checkBoot(context: StartContext): void {
  const boot = (name: string): string | undefined => context.properties.get(`boot.${name}`);
  for (const name of ['menu', 'strict']) {
    const value = boot(name);
    if (value !== undefined && parseBoolean(value) === undefined)
      refuse(`Parameter 'boot.${name}' expects 'on' or 'off'`);
  }
  for (const name of Object.keys(BOOT_NUMBERS)) {
    const value = boot(name);
    if (value !== undefined && !/^-?\d+$/.test(value)) refuse(`Parameter 'boot.${name}' expects integer`);
  }
  for (const key of context.properties.keys()) {
    const name = key.startsWith('boot.') ? key.slice('boot.'.length) : '';
    if (name !== '' && !BOOT.includes(name)) refuse(`Parameter 'boot.${name}' is unexpected`);
  }
  for (const name of ['order', 'once']) {
    const devices = boot(name) ?? '';
    for (const [at, device] of [...devices].entries()) {
      if (!DEVICES.test(device)) refuse(`Invalid boot device '${device}'`);
      if (devices.indexOf(device) !== at) refuse(`Boot device '${device}' was given twice`);
    }
  }
}

/** Only boards with firmware can be told to boot once from something else. */
export function checkBootOnce({ machine, properties }: StartContext): void {
  if (machine.kind !== 'none' || (properties.get('boot.once') ?? '') === '') return;
  refuse('no function defined to set boot device list for this architecture');
}

/** Bridges for CXL are for machines with it. */
export function checkCxl(context: StartContext): void {
  if (!context.of('device').some((device) => device.get('driver') === 'pxb-cxl')) return;
  if (parseBoolean(context.properties.get('cxl') ?? 'off') === true) notModelled('a machine with CXL');
  refuse('CXL host bridges present, but cxl=off');
}

/** Checks `-boot` as boards do. */
export function checkBootOfBoard(context: StartContext): void {
  const boot = (name: string): string | undefined => context.properties.get(`boot.${name}`);
  const { kind } = context.machine;
  if (kind === 'none') return;
  for (const [name, [least, refusal]] of Object.entries(BOOT_NUMBERS)) {
    const value = boot(name);
    if (value !== undefined && (Number(value) < least || Number(value) > 65_535)) refuse(refusal);
    if (name === 'splash-time') checkSplash(context, boot('splash'));
  }
  if (kind !== 'microvm' && [boot('order'), boot('once')].some((devices) => (devices ?? '').length > 3)) {
    refuse('Too many boot devices for PC');
  }
}

/** `splash`: QEMU says so if it can't show the picture, and goes on (`fw_cfg_bootsplash`). */
function checkSplash({ file, say }: StartContext, path: string | undefined): void {
  if (path === undefined) return;
  const image = file.peek(path);
  if (image === undefined) {
    say(`failed to find file '${path}'`);
  } else if (!isPicture(image.head)) {
    say(`splash file '${path}' format not recognized; must be JPEG or 24 bit BMP`);
  }
}

/** Whether a file begins as a JPEG picture does, or as a bitmap of 24 bits. */
function isPicture(head: Uint8Array): boolean {
  const [first, second] = head;
  if (head.length < 30) return false;
  if (first === 0xff && second === 0xd8) return true;
  return first === 0x42 && second === 0x4d && (head[28] ?? 0) + (head[29] ?? 0) * 256 === 24;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** `-m` (`machine_set_mem` in `hw/core/machine.c`). */
function checkMemory(context: StartContext): void {
  const { properties, memory } = context;
  // Only a number without a unit comes this far: it is of megabytes.
  if (memory >= 2 ** 64) refuse("Parameter 'memory.size' expects size");
  const [slots, most] = [properties.get('memory.slots'), properties.get('memory.max-size')];
  if (most === undefined) {
    if (slots !== undefined && Number(slots) > 0) refuse('slots specified but no max-size');
    return;
  }
  const room = parseSize(most);
  if (room === undefined) return;
  if (room < memory) {
    refuse(
      `invalid value of maxmem: maximum memory size (${hex(room)}) must be at least the initial memory size (${hex(memory)})`,
    );
  }
  if (slots !== undefined && Number(slots) > 0 && room === memory) {
    refuse(
      `invalid value of maxmem: memory slots were specified but maximum memory size (${hex(room)}) is equal to the initial memory size (${hex(memory)})`,
    );
  }
}

/** Modules of memory that a board can have. */
const MOST_SLOTS = 256;

/** The memory itself: a backend, or its own. */
export function checkMachineMemory(context: StartContext): void {
  const id = context.properties.get('memory-backend');
  if (id === undefined) return;
  const backend = context.of('object').find((object) => object.get('id') === id);
  if (backend?.get('qom-type')?.startsWith('memory-backend-') !== true)
    refuse(`Memory backend '${id}' not found`);
}

/** Checks `-m` as boards do. */
export function checkMemoryOfBoard(context: StartContext): void {
  const { properties, memory, machine } = context;
  const { kind } = machine;
  const id = properties.get('memory-backend');
  const backend =
    id === undefined ? undefined : context.of('object').find((object) => object.get('id') === id);
  const size = backend === undefined ? undefined : parseSize(backend.get('size') ?? '');
  if (size !== undefined && properties.has('memory.size') && size !== memory) {
    refuse('Machine memory size does not match the size of the memory backend');
  }
  if (memory >= MOST_MEMORY && backend === undefined && machine.ramId !== undefined) {
    refuse(cannotAllocate(machine.ramId));
  }
  if (kind === 'none') return;
  const slots = Number(properties.get('memory.slots') ?? 0);
  if (slots > MOST_SLOTS) refuse(`unsupported amount of memory slots: ${slots}`);
  const isPlain = slots === 0 && (parseSize(properties.get('memory.max-size') ?? '') ?? memory) === memory;
  if (kind === 'isapc' && !isPlain) refuse(`"-memory 'slots|maxmem'" is not supported by: isapc`);
  if (kind === 'isapc' && memory > 3584 * 1024 ** 2) notModelled('so much memory on an ISA PC');
  const room = parseSize(properties.get('memory.max-size') ?? '') ?? memory;
  if (room > 2 ** 39 || memory > 2 ** 36)
    notModelled(room > memory ? `maxmem=${properties.get('memory.max-size')}` : 'so much memory');
  checkMemoryPath(context);
}

function checkMemoryPath(context: StartContext): void {
  const path = context.last('mem-path')?.argument;
  if (path === undefined || !path.includes('/')) return;
  const folder = context.file.peek(path);
  if (folder?.kind === 'directory') return;
  const why = context.file.whyNotWritable(path);
  if (why !== undefined) refuse(`can't open backing store ${path} for guest RAM: ${why}`);
}
