import { fromPlain } from '../../engine/json/plain.ts';
import type { QValue } from '../../engine/json/value.ts';
import { complete, givenCounts, LEVELS } from '../cpu/topology.ts';
import { givenValue } from '../qom/given-value.ts';
import { absentCards } from '../qdev/board-buses.ts';
import { kindOf } from '../qdev/model-table.ts';
import type { Board } from '../setup/board.ts';
import { optionValues } from '../setup/option-values.ts';
import type { Setup } from '../setup/setup.ts';
import type { ObjectTable, Recorded } from '../qom/object-table.ts';
import type { Known } from '../qom/qom-object.ts';

/** Properties of `/machine` that another option than `-machine` sets. */
const SET_BY: Readonly<Record<string, readonly string[]>> = {
  kernel: ['kernel'],
  initrd: ['initrd'],
  append: ['append'],
  dtb: ['dtb'],
  firmware: ['bios', 'pflash', 'drive'],
  graphics: ['nographic'],
  usb: ['usb', 'usbdevice'],
  boot: ['boot'],
  'ram-size': ['m'],
  'memory-backend': ['m', 'mem-path', 'numa'],
  hmat: ['numa'],
  acpi: ['no-acpi'],
  hpet: ['no-hpet'],
};

/** Path of the CPU that is always there. */
export const FIRST_CPU = '/machine/unattached/device[0]';
/** Properties of a CPU that tell that there are several in its package; another holds them all. */
const OF_PACKAGES = /^(ht|cmp[-_]legacy)$/;
const ALL_FEATURES = 'feature-words';

/** Facts about the first CPU that options change: its node, and whether there are others beside it. */
export interface FirstCpu {
  readonly node: number | undefined;
  readonly isAlone: boolean;
}

/** Parts of the machine that {@link BoardObjects} needs. */
export interface BoardObjectsParts {
  readonly table: () => ObjectTable;
  readonly board: Board;
  readonly setup: Setup;
  /** The time in µs since 1970. */
  readonly now: () => number;
  /** Tells of the first CPU. */
  readonly firstCpu: () => FirstCpu;
}

/** The recording of a machine's board, and how far it fits this machine. */
export class BoardObjects {
  readonly #table: () => ObjectTable;
  readonly #board: Board;
  readonly #setup: Setup;
  readonly #now: () => number;
  readonly #firstCpu: () => FirstCpu;
  #given: ReadonlyMap<string, string> | undefined;

  constructor({ table, board, setup, now, firstCpu }: BoardObjectsParts) {
    this.#now = now;
    this.#firstCpu = firstCpu;
    this.#table = table;
    this.#board = board;
    this.#setup = setup;
  }

  /** Its recording, or `undefined` if its kind was not recorded. */
  record(): Recorded | undefined {
    const way = this.#setup.hasDefaultDevices ? 'full' : 'bare';
    return this.#table().find(`machine ${kindOf(this.#board.type)}`, way);
  }

  /**
   * Whether the machine is the very one that was recorded: types of older versions differ in small things.
   */
  get isExact(): boolean {
    if (this.#setup.hasDefaultDevices && absentCards(this.#setup.given).size > 0) return false;
    return this.isNewest;
  }

  /** Whether its type is the newest of its kind. */
  get isNewest(): boolean {
    const { type } = this.#board;
    if (type === kindOf(type)) return true;
    return this.record()?.objects[0]?.[1] === `${type}-machine`;
  }

  /** Model of the CPU that was recorded, as `-cpu` names it. */
  get cpuModel(): string | undefined {
    const [, type] = this.record()?.objects.find(([below]) => `/machine${below}` === FIRST_CPU) ?? [];
    return /^(.+)-\w+-cpu$/.exec(type ?? '')?.[1];
  }

  /** A value of the board that isn't the recorded one. */
  own(path: string, name: string, type: string): Known | undefined {
    if (path === FIRST_CPU) return this.#ownOfCpu(name);
    if (path !== '/machine') return undefined;
    if (name === 'memory') return this.#memory();
    if (name === 'smp') return this.#topology();
    if (name === 'rtc-time')
      return this.#setup.has('rtc') ? 'unknown' : { value: fromPlain(brokenDown(this.#now())) };
    this.#given ??= new Map(
      ['machine', 'M'].flatMap((option) =>
        this.#setup.argumentsOf(option).flatMap((argument) => [...optionValues(argument, 'type')]),
      ),
    );
    const given = this.#given.get(name);
    if (given !== undefined && name !== 'type') {
      const value: QValue | undefined = givenValue(type, name, given);
      return value === undefined ? 'unknown' : { value };
    }
    return SET_BY[name]?.some((option) => this.#setup.has(option)) === true ? 'unknown' : undefined;
  }

  #ownOfCpu(name: string): Known | undefined {
    const { node, isAlone } = this.#firstCpu();
    if (name === 'node-id') return { value: node ?? -1 };
    if (isAlone) return undefined;
    if (name === ALL_FEATURES) return 'unknown';
    return OF_PACKAGES.test(name) ? { value: true } : undefined;
  }

  /** `memory`: without places for modules, there is no more of it. */
  #memory(): Known {
    const { memory, memorySlots: slots, mostMemory } = this.#board;
    if (this.#setup.argumentsOf('machine').some((argument) => argument.includes('memory.'))) return 'unknown';
    const size = Math.ceil(memory / PAGES) * PAGES;
    return { value: fromPlain({ size, ...(slots > 0 && { slots, 'max-size': mostMemory }) }) };
  }

  /** `smp`: the levels that the version has, with the numbers that the options give. */
  #topology(): Known | undefined {
    const recorded = this.record()?.objects[0]?.[3]?.['smp'];
    const given = givenCounts(this.#setup.given);
    if (given.size === 0) return undefined;
    if (this.#board.family?.isPc !== true || typeof recorded !== 'object') return 'unknown';
    const counts = complete(given, LEVELS);
    const own = Object.keys(recorded ?? {}).map((name) => [name, counts.get(name) ?? 1]);
    return { value: fromPlain(Object.fromEntries(own)) };
  }
}

/** Memory comes in pieces of this size, in bytes. */
const PAGES = 8192;

/** The time of a clock, as C's `struct tm` has it. */
function brokenDown(now: number): Record<string, number> {
  const date = new Date(now / 1000);
  return {
    tm_sec: date.getUTCSeconds(),
    tm_min: date.getUTCMinutes(),
    tm_hour: date.getUTCHours(),
    tm_mday: date.getUTCDate(),
    tm_mon: date.getUTCMonth(),
    tm_year: date.getUTCFullYear() - 1900,
  };
}
