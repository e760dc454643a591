import { QmpCommandError } from 'qmp-core/errors';
import type { QemuProfile } from '../../engine/profile.ts';
import { textOf } from '../../machine/command.ts';
import { machineData } from '../../machine/machine-data.ts';
import { deviceHelp, devicePropertiesHelp } from '../../machine/qdev/device-help.ts';
import { typeTable } from '../../machine/types/type-table.ts';
import { recordedGroup, recordedNames } from './recorded-names.ts';
import { StartError } from './start-error.ts';

/** Text that a QEMU prints to stdout instead of starting. */
export interface Printed {
  readonly text: string;
  readonly exitCode: number;
}

/** Prints the help of an option. `argument` is the option's, without the word `help`. */
type Help = (profile: QemuProfile, argument: string) => Printed | undefined;

const printed = (text: string, exitCode: number = 0): Printed => ({ text, exitCode });

/** Column at which QEMU begins to explain a parameter. */
const COLUMN = 24;

const TYPES: Readonly<Record<string, string>> = {
  string: 'str',
  boolean: 'bool (on/off)',
  number: 'num',
  size: 'size',
};

/** Prints the parameters of a group of options (`qemu_opts_print_help` of QEMU's `util/qemu-option.c`). */
function groupHelp(group: string, exitCode: number): Help {
  return (profile) => {
    const lines = recordedGroup(profile, group)?.map((parameter) => {
      const start = `  ${textOf(parameter, 'name')}=<${TYPES[textOf(parameter, 'type')]}>`;
      const help = textOf(parameter, 'help');
      return help === '' ? start : `${start.padEnd(COLUMN)} - ${help}`;
    });
    if (lines === undefined) return undefined;
    return printed([`${group} options:`, ...lines.toSorted(), ''].join('\n'), exitCode);
  };
}

const machines: Help = (profile, argument) =>
  argument === ''
    ? printed(`Supported machines are:\n${machineData(profile).machines.join('\n')}\n`)
    : undefined;

const chardevs: Help = (profile, argument) => {
  if (argument !== '') return groupHelp('chardev', 1)(profile, argument);
  const kinds = recordedNames(profile, 'query-chardev-backends', 'name');
  return printed(`Available chardev backend types: \n${kinds.map((kind) => `  ${kind}\n`).join('')}`);
};

const devices: Help = (profile, argument) => {
  const types = typeTable(profile);
  if (argument === '') return printed(deviceHelp(types));
  try {
    return printed(devicePropertiesHelp(types, argument));
  } catch (error) {
    // QEMU complains of a model that it doesn't have, and ends well all the same.
    throw error instanceof QmpCommandError ? new StartError(error.desc, { code: 0 }) : error;
  }
};

/** Types that exist only once their module has been loaded. Help doesn't load modules. */
const FROM_MODULES = new Set(['dbus-display']);

const objects: Help = (profile, argument) => {
  if (argument !== '') return undefined;
  const names = typeTable(profile)
    .list({ implements: 'user-creatable' })
    .filter(({ name }) => !FROM_MODULES.has(name))
    .map(({ name }) => `  ${name}\n`);
  return printed(`List of user creatable objects:\n${names.toSorted().join('')}`);
};

/** Help that was not recorded. */
const unknown: Help = () => undefined;

/** Options that have a `help`. */
const HELPS: ReadonlyMap<string, Help> = new Map<string, Help>([
  ['machine', machines],
  ['M', machines],
  ['chardev', chardevs],
  ['device', devices],
  ['object', objects],
  ['smp', groupHelp('smp-opts', 0)],
  ['boot', groupHelp('boot-opts', 0)],
  ...['action', 'add-fd', 'global', 'iscsi', 'msg', 'overcommit', 'rtc', 'run-with', 'spice', 'vnc'].map(
    (name): [string, Help] => [name, groupHelp(name, 1)],
  ),
  ...['accel', 'audio', 'audiodev', 'cpu', 'd', 'display', 'netdev', 'plugin', 'tpmdev', 'trace', 'vga'].map(
    (name): [string, Help] => [name, unknown],
  ),
]);

/**
 * Gives the answer to an option that asks for help (`-device help`, `-device e1000,help`), or `undefined` if
 * it doesn't ask.
 *
 * @throws StartError if the answer was not recorded.
 */
export function optionHelp(name: string, argument: string, profile: QemuProfile): Printed | undefined {
  const help = HELPS.get(name);
  const asked = subjectOf(name, argument);
  if (help === undefined || asked === undefined) return undefined;
  const answer = help(profile, asked);
  if (answer !== undefined) return answer;
  throw new StartError(`qmp-mock does not model the list of \`-${name} ${argument}\`; a real QEMU prints it`);
}

/** The subject of the requested help: '' for the option as a whole; `undefined` if help isn't requested. */
function subjectOf(name: string, argument: string): string | undefined {
  // `?` is an older word for it, which these don't know.
  const words = ['vga', 'display'].includes(name) ? ['help'] : ['help', '?'];
  if (words.includes(argument)) return '';
  const [, subject, word = ''] = /^(?:[\w-]+=)?([^,=]+),([^,=]+)$/.exec(argument) ?? [];
  return subject !== undefined && words.includes(word) && SUBJECTS.has(name) ? subject : undefined;
}

/** Options that have help of one kind or model, too. */
const SUBJECTS = new Set(['device', 'object', 'machine', 'M', 'chardev', 'cpu']);
