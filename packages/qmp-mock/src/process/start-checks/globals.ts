import { parseBoolean } from '../command-line/qemu-opts.ts';
import type { StartOption } from '../command-line/start-option.ts';
import { cpuModel } from './processors.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

/** `-global`: a property of every device of a type. */
interface GlobalProperty {
  readonly driver: string;
  readonly property: string;
  readonly value: string;
}

/** Devices of boards that can't be plugged in while the machine runs: QEMU says so if there is none. */
const BOARD_ONLY: Readonly<Record<string, readonly string[]>> = { PIIX4_PM: ['pc'] };
/** Devices that boards have. */
const ON_BOARD: Readonly<Record<string, readonly string[]>> = {
  ...BOARD_ONLY,
  'ICH9-LPC': ['q35'],
  'i440FX-pcihost': ['pc'],
  'q35-pcihost': ['q35'],
  mc146818rtc: ['pc', 'q35', 'isapc'],
  mch: ['q35'],
};

export function globalsOf(context: StartContext): readonly GlobalProperty[] {
  return context.of('global').map(globalOf);
}

function globalOf({ argument, values }: StartOption): GlobalProperty {
  const [, driver, property, value] = /^([^.=,]+)\.([^=]+)=([^]*)$/.exec(argument) ?? [];
  if (driver !== undefined && property !== undefined && value !== undefined)
    return { driver, property, value };
  const get = (name: string): string => values.get(name) ?? '';
  return { driver: get('driver'), property: get('property'), value: get('value') };
}

/** Why a global property can't be one of a type; `undefined` if it can, or if the type wasn't recorded. */
export function whyNotGlobal(
  context: StartContext,
  type: string,
  global: GlobalProperty,
): string | undefined {
  const { types } = context;
  const { driver, property, value } = global;
  const properties = types.has(type) && types.is(type, driver) ? types.properties(type) : undefined;
  if (properties === undefined) return undefined;
  const found = properties.find(({ name }) => name === property);
  const words = `can't apply global ${driver}.${property}=${value}: `;
  if (found === undefined) return `${words}Property '${type}.${property}' not found`;
  if (found.type === 'bool' && parseBoolean(value) === undefined) {
    return `${words}Parameter '${property}' expects 'on' or 'off'`;
  }
  if (/^u?int\d*(_t)?$/.test(found.type) && !/^-?(\d+|0x[\da-f]+)$/i.test(value)) {
    return `${words}Parameter '${property}' expects ${found.type.startsWith('u') ? 'uint64' : 'integer'}`;
  }
  return undefined;
}

/** Globals of what every machine has: its migration, its board's own devices, its processors. */
export function checkGlobals(context: StartContext): void {
  for (const global of globalsOf(context)) {
    if (global.driver !== 'migration') continue;
    const refusal = whyNotGlobal(context, 'migration', global);
    if (refusal !== undefined) refuse(refusal);
  }
}

/** Globals of the board's own devices. */
export function checkGlobalsOfBoard(context: StartContext): void {
  const { kind } = context.machine;
  if (kind === 'none') return;
  for (const global of globalsOf(context)) {
    const there = ON_BOARD[global.driver]?.includes(kind) === true;
    const isCpu =
      context.types.has(global.driver) && context.types.is(`${cpuModel(context)}-x86_64-cpu`, global.driver);
    const type = isCpu && global.driver !== 'device' ? `${cpuModel(context)}-x86_64-cpu` : global.driver;
    const refusal = there || isCpu ? whyNotGlobal(context, type, global) : undefined;
    if (refusal !== undefined) refuse(refusal);
  }
}

/** QEMU tells of those that nothing has taken (`qdev_prop_check_globals`). */
export function warnOfGlobals(context: StartContext): void {
  if (context.preconfig) return;
  const { types, machine } = context;
  for (const { driver, property, value } of globalsOf(context)) {
    if (driver === 'migration') continue;
    if (!types.has(driver) || !types.is(driver, 'device')) {
      context.warn(`global ${driver}.${property} has invalid class name`);
    } else if (BOARD_ONLY[driver]?.includes(machine.kind) === false) {
      context.warn(`global ${driver}.${property}=${value} not used`);
    }
  }
}
