import { QmpCommandError } from 'qmp-core/errors';
import { NotModelledError, notModelled } from '../../engine/not-modelled.ts';
import { checkGlobalValue } from '../../machine/qdev/device-properties.ts';
import { globalRefused, readGlobal, type GlobalProperty } from '../../machine/qdev/device-globals.ts';
import { objectTable } from '../../machine/qom/object-table.ts';
import { partsOf } from '../../machine/views/board-globals.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartOption } from '../command-line/start-option.ts';
import { cpuModel } from './processors.ts';
import type { StartContext } from './start-context.ts';

/** Cards that a board has by `-vga`, and their types. */
const CARDS: Readonly<Record<string, string>> = {
  std: 'VGA',
  cirrus: 'cirrus-vga',
  vmware: 'vmware-svga',
  qxl: 'qxl-vga',
  virtio: 'virtio-vga',
};
/** A kind of machine on which the board looks at each network card (`qemu_get_nic_models`). */
const LOOKS_AT_CARDS = /^(pc|q35)$/;
/** The object of its migration, which each machine has. */
const MIGRATION = 'migration';

function globalsOf(context: StartContext): readonly GlobalProperty[] {
  return context.of('global').map(({ argument }: StartOption) => readGlobal(argument));
}

/** Why a global property can't be one of a type; `undefined` if it can, or if that isn't known. */
function whyNotGlobal({ types }: StartContext, type: string, global: GlobalProperty): string | undefined {
  const { driver } = global;
  if (!types.has(type) || !types.has(driver) || !types.is(type, driver)) return undefined;
  try {
    // Nobody has to look for backends: a board's devices have none.
    checkGlobalValue(
      {
        types,
        hasObject: () => undefined,
        typeOfObject: () => undefined,
        checkBackend: () => {},
        isBootIndexTaken: () => false,
      },
      type,
      global,
    );
  } catch (error) {
    if (error instanceof NotModelledError || !(error instanceof QmpCommandError)) throw error;
    return globalRefused(global, error.desc);
  }
  return undefined;
}

/** Globals of what every machine has: its migration. */
export function checkGlobals(context: StartContext): void {
  for (const global of globalsOf(context)) {
    const refusal = whyNotGlobal(context, MIGRATION, global);
    if (refusal !== undefined) refuse(refusal);
  }
}

/** Globals of the board's own devices, and of those that the board looks at. */
export function checkGlobalsOfBoard(context: StartContext): void {
  const globals = globalsOf(context);
  if (globals.length === 0 || context.machine.kind === 'none') return;
  const types = [...new Set([...typesOnBoard(context), ...cardsLookedAt(context)])];
  for (const global of globals) {
    const refusals = new Set(types.map((type) => whyNotGlobal(context, type, global)));
    refusals.delete(undefined);
    // The first device that the board makes is the one that QEMU speaks of.
    if (refusals.size > 1) notModelled(`-global ${global.driver}.${global.property} of several devices`);
    const [refusal] = refusals;
    if (refusal !== undefined) refuse(refusal);
  }
}

/** Types of the devices that the board makes; none if its kind wasn't recorded. */
function typesOnBoard(context: StartContext): readonly string[] {
  const { types, machine, profile } = context;
  const way = context.has('nodefaults') ? 'bare' : 'full';
  const record = objectTable(profile).find(`machine ${machine.kind}`, way);
  const cpu = `${cpuModel(context)}-x86_64-cpu`;
  const found = (record?.objects ?? []).map(([, type]) => (types.is(type, 'cpu') ? cpu : type));
  const card = context.last('vga')?.argument;
  if (card === undefined) return found;
  const own = CARDS[card];
  return [
    ...found.filter((type) => !Object.values(CARDS).includes(type)),
    ...(own === undefined ? [] : [own]),
  ];
}

/** Network cards with what is in them, of which a board makes one each to see whether it can be a `-nic`. */
function cardsLookedAt({ rules, machine, types, profile }: StartContext): readonly string[] {
  if (!rules.boardLooksAtCards || !LOOKS_AT_CARDS.test(machine.kind)) return [];
  const table = objectTable(profile);
  return types
    .list({ implements: 'pci-device' })
    .filter(({ categories }) => categories.includes('Network'))
    .flatMap(({ name }) => [
      name,
      ...partsOf(table, name)
        .map(([, type]) => type)
        .filter((type) => types.is(type, 'device')),
    ]);
}

/** QEMU tells of those that nothing has taken (`qdev_prop_check_globals`). */
export function warnOfGlobals(context: StartContext): void {
  if (context.preconfig) return;
  const globals = globalsOf(context);
  if (globals.length === 0) return;
  const { types, profile } = context;
  const table = objectTable(profile);
  const models = context.of('device').map((option) => modelOf(context, option.get('driver') ?? ''));
  const there = [
    ...(context.machine.kind === 'none' ? [] : typesOnBoard(context)),
    ...models,
    ...models.flatMap((model) => partsOf(table, model).map(([, type]) => type)),
  ].filter((type) => types.has(type));
  const areLoaded = there.some((type) => types.inModules.includes(type));
  for (const { driver, property, value } of globals) {
    if (!types.has(driver) || !types.is(driver, 'device')) {
      context.warn(`global ${driver}.${property} has invalid class name`);
    } else if (there.some((type) => types.is(type, driver))) {
      continue;
    } else if (types.inModules.includes(driver) && !areLoaded) {
      context.warn(`global ${driver}.${property} has invalid class name`);
    } else if (types.unusedGlobals.includes(driver)) {
      context.warn(`global ${driver}.${property}=${value} not used`);
    }
  }
}

function modelOf({ types }: StartContext, driver: string): string {
  return types.list().find(({ alias }) => alias === driver)?.name ?? driver;
}
