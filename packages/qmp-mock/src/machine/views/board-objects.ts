import type { QValue } from '../../engine/json/value.ts';
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
  memory: ['m'],
  'ram-size': ['m'],
  'memory-backend': ['m', 'mem-path', 'numa'],
  smp: ['smp'],
  hmat: ['numa'],
  acpi: ['no-acpi'],
  hpet: ['no-hpet'],
};

/** The recording of a machine's board, and how far it fits this machine. */
export class BoardObjects {
  readonly #table: () => ObjectTable;
  readonly #board: Board;
  readonly #setup: Setup;
  #given: ReadonlyMap<string, string> | undefined;

  constructor(table: () => ObjectTable, board: Board, setup: Setup) {
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

  /** A value of the board that isn't the recorded one. */
  own(path: string, name: string, type: string): Known | undefined {
    if (path !== '/machine') return undefined;
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
}
