import { asInserted } from '../../engine/json/as-inserted.ts';
import { fromPlain } from '../../engine/json/plain.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { commandTable, type CommandTable } from '../command.ts';
import { hmpTable, showing, type HmpTable } from '../hmp/command.ts';
import type { BoardObjects } from './board-objects.ts';
import type { MachineObjects } from './machine-objects.ts';
import type { RecordedScope } from './qom-scope.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Subsystem } from '../subsystem.ts';
import { devicePath } from '../qdev/device-path.ts';
import type { Device } from '../qdev/device-tree.ts';
import type { Devices } from '../qdev/devices.ts';

/** Parts of the machine that {@link PciView} needs. */
export interface PciViewParts {
  readonly devices: Devices;
  readonly objects: MachineObjects;
  readonly recorded: BoardObjects;
  readonly rules: Pick<MachineRules, 'unmappedSaid'>;
  readonly scope: Pick<RecordedScope, 'requireList' | 'requireBuses'>;
  /** Whether the guest has not run yet: firmware numbers buses and places regions. */
  readonly isUntouched: () => boolean;
}

/** Models that show more functions than their own. */
const MANY_FUNCTIONS = /^igb(vf)?$/;

/** Members of a device in the order in which QEMU puts them in. */
const MEMBERS = [
  'bus',
  'slot',
  'function',
  'class_info',
  'id',
  'irq',
  'irq_pin',
  'qdev_id',
  'pci_bridge',
  'regions',
];

/**
 * PCI devices as `query-pci` and `info pci` show them: those on the board's bus, since nobody has numbered
 * those behind bridges.
 */
export class PciView implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: PciViewParts;

  constructor(parts: PciViewParts) {
    this.#parts = parts;
    this.commands = commandTable({ 'query-pci': (_args, call) => this.#query(call.name) });
  }

  infoTopics(): HmpTable {
    const parts = this.#parts;
    return hmpTable({
      pci: showing<readonly QDict[]>('query-pci', (buses) =>
        buses.flatMap((bus) =>
          listOf(bus.get('devices')).flatMap((entry) => deviceLines(entry, parts.rules)),
        ),
      ),
    });
  }

  #query(name: string): unknown {
    const { recorded, scope, devices, isUntouched } = this.#parts;
    const board = recorded.record();
    if (board === undefined) notModelled(`${name} of this kind of machine`);
    const buses = fromPlain(board.pci ?? []) as QValue[];
    if (buses.length === 0) return [];
    if (!isUntouched()) notModelled(`${name} of a guest that has run`);
    scope.requireBuses('the buses');
    const own = devices.plugged.filter(({ bus, devfn }) => bus !== undefined && devfn !== undefined);
    const many = own.find(({ type }) => MANY_FUNCTIONS.test(type));
    if (many !== undefined) notModelled(`${name} with ${many.type}`);
    for (const device of own) scope.requireList(devicePath(device)!);
    const there = own.filter(({ bus }) => bus !== undefined && devices.hostOf(bus) === undefined);
    return buses.map((bus) => {
      const { devices: list = [], ...rest } = Object.fromEntries(bus as QDict);
      const all = [
        ...listOf(list).map((entry) => asInserted(entry) as QDict),
        ...there.map((device) => this.#entry(device)),
      ];
      return new QDict([...Object.entries(rest), ['devices', all.toSorted((a, b) => place(a) - place(b))]]);
    });
  }

  #entry(device: Device): QDict {
    const { id = '', devfn = 0, type } = device;
    const record = this.#parts.objects.recordOf(device)?.pci ?? notModelled(`query-pci of ${type}`);
    const pci = fromPlain(record) as QDict;
    const own = new Map<string, QValue>([
      ['bus', 0],
      ['slot', devfn >> 3],
      ['function', devfn & 7],
      ['qdev_id', id],
    ]);
    const entry = new QDict();
    for (const member of MEMBERS) {
      const value = own.get(member) ?? pci.get(member);
      if (value !== undefined) entry.set(member, own.has(member) ? value : asInserted(value));
    }
    return entry;
  }
}

const place = (entry: QDict): number => numberOf(entry, 'slot') * 8 + numberOf(entry, 'function');
const numberOf = (dict: QDict, name: string): number => Number(dict.get(name) ?? 0);
const textOf = (dict: QDict, name: string): string => {
  const value = dict.get(name);
  return typeof value === 'string' ? value : `${Number(value)}`;
};
const dictOf = (dict: QDict, name: string): QDict => (dict.get(name) ?? new QDict()) as QDict;

function listOf(value: QValue | undefined): readonly QDict[] {
  return Array.isArray(value) ? (value as QDict[]) : [];
}

const hex = (value: unknown, width: number): string =>
  (value as bigint | number).toString(16).padStart(width, '0');

/** Address of a region that nobody has placed. */
const UNMAPPED = 2n ** 64n - 1n;

/** Lines of `info pci` (`hmp_info_pci_device`). */
function deviceLines(entry: QDict, rules: PciViewParts['rules']): string[] {
  const info = dictOf(entry, 'class_info');
  const id = dictOf(entry, 'id');
  const desc = info.get('desc');
  const columns = (name: string, width: number): string => textOf(entry, name).padStart(width);
  const lines = [
    `  Bus ${columns('bus', 2)}, device ${columns('slot', 3)}, function ${textOf(entry, 'function')}:`,
    `    ${typeof desc === 'string' ? desc : `Class ${textOf(info, 'class').padStart(4, '0')}`}: PCI device ${hex(id.get('vendor'), 4)}:${hex(id.get('device'), 4)}`,
  ];
  if (id.has('subsystem-vendor') && id.has('subsystem')) {
    lines.push(`      PCI subsystem ${hex(id.get('subsystem-vendor'), 4)}:${hex(id.get('subsystem'), 4)}`);
  }
  const pin = numberOf(entry, 'irq_pin');
  if (entry.has('irq')) {
    lines.push(`      IRQ ${textOf(entry, 'irq')}, pin ${String.fromCodePoint(64 + pin)}`);
  }
  if (entry.has('pci_bridge')) lines.push(...bridgeLines(dictOf(dictOf(entry, 'pci_bridge'), 'bus')));
  for (const region of listOf(entry.get('regions'))) lines.push(regionLine(region, rules));
  lines.push(`      id "${textOf(entry, 'qdev_id')}"`);
  return lines;
}

function bridgeLines(bus: QDict): string[] {
  const range = (name: string, width: number): string => {
    const { base = 0, limit = 0 } = Object.fromEntries(dictOf(bus, name)) as Record<string, number>;
    return `[0x${hex(base, name === 'io_range' ? 4 : 8)}, 0x${hex(limit, width)}]`;
  };
  return [
    `      BUS ${textOf(bus, 'number')}.`,
    `      secondary bus ${textOf(bus, 'secondary')}.`,
    `      subordinate bus ${textOf(bus, 'subordinate')}.`,
    `      IO range ${range('io_range', 4)}`,
    `      memory range ${range('memory_range', 8)}`,
    `      prefetchable memory range ${range('prefetchable_range', 8)}`,
  ];
}

function regionLine(region: QDict, { unmappedSaid }: PciViewParts['rules']): string {
  const address = BigInt.asUintN(64, BigInt(region.get('address') as number | bigint));
  const size = BigInt(region.get('size') as number | bigint);
  const last = BigInt.asUintN(64, address + size - 1n);
  const bar = textOf(region, 'bar');
  const isUnmapped = unmappedSaid && address === UNMAPPED;
  const at = (width: number): string =>
    isUnmapped ? '(not mapped)' : `at 0x${hex(address, width)} [0x${hex(last, width)}].`;
  if (region.get('type') === 'io') return `      BAR${bar}: I/O ${at(4)}`;
  const width = region.get('mem_type_64') === true ? 64 : 32;
  const kind = region.get('prefetch') === true ? ' prefetchable' : '';
  return `      BAR${bar}: ${width} bit${kind} memory ${at(8)}`;
}
