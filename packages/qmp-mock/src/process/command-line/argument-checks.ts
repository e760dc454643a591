import { QDict } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { checkArguments } from '../../engine/schema/check-arguments.ts';
import { checkOptions } from '../../engine/schema/check-options.ts';
import { schemaOf, type Schema } from '../../engine/schema/schema.ts';
import { parseJsonArgument } from './json-argument.ts';
import { parseKeyval } from './keyval.ts';
import { pieces } from './pieces.ts';
import { badIdentifier } from './qemu-opts.ts';
import type { StartOption } from './start-option.ts';
import type { ArgumentContext } from './argument-context.ts';
import { isIdentifier } from '../../machine/identifier.ts';
import { checkAudioArgument, checkSoundArgument } from './audio-option.ts';
import { checkDisplayArgument } from './display-option.ts';
import { checkFilterArgument, checkTraceArgument } from './log-options.ts';
import { checkSmbiosArgument } from './smbios-option.ts';
import { refuse } from './start-error.ts';

type ArgumentCheck = (option: StartOption, context: ArgumentContext) => void;

/** Network backends that are read in the newer form (`netdev_is_modern` in `net/net.c`). */
const MODERN = new Set(['stream', 'dgram']);
/** Members of network backends that may be given again and again. */
const REPEATED = new Set(['hostfwd', 'guestfwd', 'dnssearch', 'param']);

const CHECKS: Readonly<Record<string, ArgumentCheck>> = {
  audio: checkSoundArgument,
  audiodev: checkAudioArgument,
  blockdev: (option, { profile }) => void blockdevOf(option, profile),
  dfilter: checkFilterArgument,
  display: checkDisplayArgument,
  drive: checkTwice,
  fsdev: checkTwice,
  netdev: checkNetdevArgument,
  net: checkNothing,
  nic: checkTwice,
  set: checkSetting,
  smbios: checkSmbiosArgument,
  tpmdev: checkTwice,
  trace: checkTraceArgument,
  virtfs: ({ values }) => {
    if (!values.has('fsdriver') || !values.has('mount_tag')) refuse('Usage: -virtfs fsdriver,mount_tag=tag');
  },
  vnc: checkTwice,
};

/**
 * Checks what QEMU looks at while it reads its options, one after another.
 *
 * @throws StartError with QEMU's words.
 */
export function checkArgument(option: StartOption, context: ArgumentContext): void {
  if (Object.hasOwn(CHECKS, option.name)) CHECKS[option.name]?.(option, context);
}

function checkNothing(): void {}

/** Groups of options, as `-set` names them. */
const GROUPS = /^(chardev|device|drive|fsdev|fw_cfg|mon|net|netdev|nic|tpmdev|vnc|numa|global)$/;

/** Groups whose options are read only once all have been set. */
const SETTABLE = /^(device|drive)$/;

/** `-set group.id.name=value` changes an option that came before (`qemu_set_option` in `system/vl.c`). */
function checkSetting({ argument }: StartOption, { before }: ArgumentContext): void {
  const [, group, id, name] = /^([^.]+)\.([^.]+)\.([^=]+)=/.exec(argument) ?? [];
  if (group === undefined || id === undefined || name === undefined) refuse(`can't parse: "${argument}"`);
  if (!GROUPS.test(group)) refuse(`There is no option group '${group}'`);
  if (!before.some((option) => option.name === group && !option.isJson && option.get('id') === id)) {
    refuse(`there is no ${group} "${id}" defined`);
  }
  if (!SETTABLE.test(group) || name === 'id') notModelled(`-set ${argument}`);
}

/** Options of one group that have one id (`qemu_opts_create` in `util/qemu-option.c`). */
function checkTwice({ name, values }: StartOption, { before }: ArgumentContext): void {
  const id = values.get('id');
  if (id === undefined) return;
  if (!isIdentifier(id)) throw badIdentifier();
  if (before.some((other) => other.name === name && !other.isJson && other.get('id') === id)) {
    refuse(`Duplicate ID '${id}' for ${name}`);
  }
}

/** The argument of `-blockdev`. Throws QEMU's refusal. */
export function blockdevOf(option: StartOption, profile: QemuProfile): QDict {
  const schema = schemaOf(profile);
  if (option.isJson) {
    const value = parseJsonArgument(option.argument, profile);
    refuseIf(checkArguments(schema, 'blockdev-add', value));
    return value;
  }
  const value = parseKeyval(option.argument, 'driver');
  refuseIf(checkOptions(schema, argType(schema, 'blockdev-add'), value, 'keyval'));
  return value;
}

function checkNetdevArgument(option: StartOption, context: ArgumentContext): void {
  const schema = schemaOf(context.profile);
  if (option.isJson) {
    refuseIf(checkArguments(schema, 'netdev_add', parseJsonArgument(option.argument, context.profile)));
  } else if (MODERN.has(option.get('type') ?? '')) {
    const value = parseKeyval(option.argument, 'type');
    refuseIf(checkOptions(schema, argType(schema, 'netdev_add'), value, 'keyval'));
  } else {
    checkTwice(option, context);
  }
}

/** Whether the argument of `-netdev` is one that is read in the newer form. */
export function isModernNetdev(option: StartOption): boolean {
  return option.isJson || MODERN.has(option.get('type') ?? '');
}

/** QEMU's refusal of a network backend in the older form, which it looks at when it makes it. */
export function whyNotNetdev(
  option: StartOption,
  schema: Schema,
  ignored: readonly string[],
): string | undefined {
  const dict = new QDict();
  for (const [name, value] of pieces(option.argument, 'type')) {
    if (ignored.includes(name)) continue;
    if (!REPEATED.has(name)) {
      dict.set(name, value);
      continue;
    }
    const there = dict.get(name);
    dict.set(name, [...(Array.isArray(there) ? there : []), new QDict([['str', value]])]);
  }
  if (option.name !== 'netdev') dict.set('id', 'x');
  return checkOptions(schema, argType(schema, 'netdev_add'), dict, 'opts');
}

function argType(schema: Schema, command: string): string {
  return schema.commands.get(command)?.argType ?? '';
}

function refuseIf(refusal: string | undefined): void {
  if (refusal !== undefined) refuse(refusal);
}
