import type { QemuProfile, VersionReader } from '../../engine/profile.ts';
import type { BusRecord, DeviceRecord } from './device-tree.ts';

/** A device model, as it was plugged into a real QEMU of the version. */
export interface DeviceModel {
  /** Properties that it can't do without, and what QEMU says if they are missing. */
  readonly needs?: readonly [properties: string | readonly string[], refusal: string];
  /** QEMU's refusal of it without any property; what it takes to be accepted wasn't recorded. */
  readonly refused?: string;
  /** QEMU's refusal while the machine runs, before it looks for a bus; `%` stands for the name. */
  readonly hot?: string;
  /** Kinds of machines that take it on their system bus. */
  readonly boards?: readonly string[];
  /** The buses that it makes, newest first. */
  readonly buses?: readonly BusRecord[];
  /** Its entry in `query-pci`, without its place. */
  readonly pci?: Readonly<Record<string, unknown>>;
  /** Whether it was plugged in: only then is it known what comes of it. */
  readonly plugged?: boolean;
}

/** A kind of machine: the buses that its board has. */
interface BoardLine {
  /** With `-nodefaults`. */
  readonly bare: readonly BusRecord[];
  /** With its default devices; missing if it doesn't have any. */
  readonly full?: readonly BusRecord[];
  /** The devices that `-usb` adds to its PCI bus, newest first. */
  readonly usb?: readonly DeviceRecord[];
}

/** Recorded device models and boards of a version. Each entry is parsed when it is first asked for. */
export class ModelTable {
  readonly #models: ReadonlyMap<string, string>;
  readonly #boards: ReadonlyMap<string, string>;
  readonly #leaving: ReadonlyMap<string, string>;

  /**
   * @param models - Text of `models.jsonl`.
   * @param boards - Text of `boards.jsonl`.
   * @param leaving - Text of `leaving.jsonl`.
   */
  constructor(models: string, boards: string, leaving: string) {
    this.#models = byName(models);
    this.#boards = byName(boards);
    this.#leaving = byName(leaving);
  }

  /** The model with that name, or `undefined` if it wasn't recorded. */
  find(name: string): DeviceModel | undefined {
    const text = this.#models.get(name);
    return text === undefined ? undefined : (JSON.parse(text) as [string, DeviceModel])[1];
  }

  /**
   * Events DEVICE_DELETED of a device of that model: its parts by their paths below its own, and itself
   * (`''`), in order. Most models have one event for themselves, some have none.
   */
  partsOf(name: string): readonly string[] {
    const text = this.#leaving.get(name);
    return text === undefined ? [''] : (JSON.parse(text) as [string, string[]])[1];
  }

  /**
   * The buses of a board, or `undefined` if its kind wasn't recorded.
   *
   * @param type - The machine type, with or without a version: `q35`, `pc-q35-7.2`.
   * @param defaults - Whether it has its default devices.
   * @param usb - Whether it has USB.
   */
  board(type: string, defaults: boolean, usb: boolean): readonly BusRecord[] | undefined {
    const text = this.#boards.get(kindOf(type));
    if (text === undefined) return undefined;
    const [, { bare, full = bare, usb: added = [] }] = JSON.parse(text) as [string, BoardLine];
    const buses = defaults ? full : bare;
    return usb ? buses.map((bus) => withDevices(bus, added)) : buses;
  }
}

/** The board's buses with more devices on the PCI bus of its bridge. */
function withDevices(root: BusRecord, added: readonly DeviceRecord[]): BusRecord {
  const devices = root.devices?.map((bridge) => ({
    ...bridge,
    ...(bridge.buses !== undefined && {
      buses: bridge.buses.map((bus) =>
        /^PCIE?$/.test(bus.type) ? { ...bus, devices: [...added, ...(bus.devices ?? [])] } : bus,
      ),
    }),
  }));
  return { ...root, ...(devices !== undefined && { devices }) };
}

/** Kind of a machine type: those that differ in their version only have the same board. */
export function kindOf(type: string): string {
  if (/^(pc-)?q35(-|$)/.test(type)) return 'q35';
  return /^pc(-i440fx-.*)?$/.test(type) ? 'pc' : type;
}

/** Lines by the name that they begin with: `["NAME",…`. */
function byName(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(2, line.indexOf('"', 2)), line]));
}

const loaded = new WeakMap<VersionReader, ModelTable>();

/** The models of a version; read at the first call, then kept as long as the version's reader. */
export function modelTable({ read }: Pick<QemuProfile, 'read'>): ModelTable {
  let table = loaded.get(read);
  if (table === undefined) {
    table = new ModelTable(read('models.jsonl'), read('boards.jsonl'), read('leaving.jsonl'));
    loaded.set(read, table);
  }
  return table;
}
