import { QDict, type QValue } from '../../engine/json/value.ts';
import type { ColdDrive } from '../../machine/block/cold-drive.ts';
import { blockdevOf } from '../command-line/argument-checks.ts';
import { parseBoolean } from '../command-line/qemu-opts.ts';
import { StartOption } from '../command-line/start-option.ts';
import type { Step } from '../command-line/start-plan.ts';
import { isOn, limitOf, OWN } from '../start-checks/drive-options.ts';
import { drives, readHotDrive, valuesOf, type Drive } from '../start-checks/drives.ts';
import type { StartContext } from '../start-checks/start-context.ts';
import { defaultDrives } from './default-drives.ts';
import { typedOptions } from './typed-options.ts';

/** Something that is to be made, with the number of its option. */
export interface BlockStep<T> extends Step<T> {
  /** Number of the option among all of the command line, from 0. */
  readonly option: number;
}

/** Block nodes of `-blockdev`, in their order: QEMU makes them before all drives. */
export function coldNodes(context: StartContext): BlockStep<QDict>[] {
  const { schema, profile } = context;
  const argType = schema.commands.get('blockdev-add')?.argType ?? '';
  return context.of('blockdev').map((option) => ({
    location: option.location,
    option: context.options.indexOf(option),
    value: typedOptions(schema, argType, blockdevOf(option, profile)),
  }));
}

/** Drives of `-drive` and its short forms, in their order; then those that the machine has by default. */
export function coldDrives(context: StartContext): BlockStep<ColdDrive>[] {
  const given = drives(context).map((drive) => ({
    location: drive.option.location,
    option: context.options.indexOf(drive.option),
    value: coldDrive(context, drive),
  }));
  const byDefault = defaultDrives(context, drives(context));
  return [...given, ...byDefault.map((value) => ({ location: '', option: -1, value }))];
}

/**
 * A drive that a line of the human monitor adds to a machine. Throws a `StartError` in QEMU's words.
 *
 * @param isThere - Tells whether there is a drive of that id.
 */
export function hotDrive(
  context: StartContext,
  argument: string,
  isThere: (id: string) => boolean,
): ColdDrive {
  return coldDrive(context, readHotDrive(context, argument, isThere), { isHot: true });
}

/** Options of a node that a line of the human monitor adds. */
export function hotNode({ schema }: StartContext, argument: string): QDict {
  const nested = new QDict();
  for (const [name, value] of new StartOption('drive', argument, '').values) put(nested, name, value);
  return typedOptions(schema, schema.commands.get('blockdev-add')?.argType ?? '', nested);
}

function coldDrive(context: StartContext, drive: Drive, { isHot = false } = {}): ColdDrive {
  const { id, bus, media, index, empty } = drive;
  const values = valuesOf(drive.option);
  const cache = cacheOf(values);
  const limits = new Map<string, number>();
  for (const [name, value] of values) {
    const limit = limitOf(name);
    if (limit !== undefined) limits.set(limit, Number(value));
  }
  return {
    id,
    bus,
    media,
    index,
    empty,
    filename: values.get('file') || undefined,
    options: nodeOptions(context, drive, values, cache),
    writeCache: cache.writeback,
    limits,
    group: values.get('throttling.group') ?? values.get('group'),
    onErrors: { write: values.get('werror'), read: values.get('rerror') },
    isTemporary: values.has('snapshot') ? isOn(values, 'snapshot') : !isHot && context.has('snapshot'),
    copiesOnRead: isOn(values, 'copy-on-read'),
    detectZeroes: values.get('detect-zeroes') ?? 'off',
  };
}

interface Cache {
  readonly writeback: boolean;
  readonly direct: boolean;
  readonly noFlush: boolean;
}

/** `cache=` stands for three switches (`bdrv_parse_cache_mode`), each of which can be given by itself. */
function cacheOf(values: ReadonlyMap<string, string>): Cache {
  const mode = values.get('cache') ?? 'writeback';
  const isDirect = mode === 'none' || mode === 'off' || mode === 'directsync';
  const given = (name: string, usual: boolean): boolean => {
    const value = values.get(`cache.${name}`);
    return value === undefined ? usual : parseBoolean(value) === true;
  };
  return {
    writeback: given('writeback', mode !== 'directsync' && mode !== 'writethrough'),
    direct: given('direct', isDirect),
    noFlush: given('no-flush', mode === 'unsafe'),
  };
}

/** Options of the node that a drive opens (`blockdev_init` in `blockdev.c`). */
function nodeOptions(
  context: StartContext,
  { readOnly, media }: Drive,
  values: ReadonlyMap<string, string>,
  cache: Cache,
): QDict {
  const nested = new QDict();
  for (const [name, value] of values) if (!OWN.test(name)) put(nested, name, value);
  const driver = values.get('format') ?? values.get('driver');
  if (driver !== undefined) nested.set('driver', driver);
  const node = values.get('node-name');
  if (node !== undefined) nested.set('node-name', node);
  const argType = context.schema.commands.get('blockdev-add')?.argType ?? '';
  const options = typedOptions(context.schema, argType, nested);
  const { direct, noFlush } = cache;
  options.set(
    'cache',
    new QDict([
      ['direct', direct],
      ['no-flush', noFlush],
    ]),
  );
  options.set('read-only', readOnly || media === 'cdrom');
  const auto = values.get('auto-read-only');
  options.set('auto-read-only', auto === undefined || parseBoolean(auto) === true);
  const discard = values.get('discard');
  if (discard === 'unmap' || discard === 'on') options.set('discard', 'unmap');
  const detect = values.get('detect-zeroes');
  if (detect !== undefined) options.set('detect-zeroes', detect);
  if (isOn(values, 'force-share')) options.set('force-share', true);
  return options;
}

function put(root: QDict, name: string, value: QValue): void {
  const path = name.split('.');
  const last = path.pop() ?? '';
  let dict = root;
  for (const key of path) {
    const there = dict.get(key);
    const next = there instanceof QDict ? there : new QDict();
    dict.set(key, next);
    dict = next;
  }
  dict.set(last, value);
}
