import { QmpCommandError } from 'qmp-core';
import { QDict } from '../../json/value.ts';
import type { CommandCall } from '../../monitor/command-host.ts';
import { Chardevs } from '../chardevs.ts';
import { uuidOf } from '../commands/status.ts';
import { Expression, ExpressionError } from './expression.ts';
import type { HmpCommand, HmpContext } from './hmp-command.ts';

/** Lines to print for a command that was mistyped. */
export class HmpUsageError extends Error {}

/** A command of the human monitor that is a QMP command with one argument, or none. */
const asQmp =
  (name: string, argument?: string): HmpCommand =>
  (context) => {
    const args = new QDict(argument === undefined ? [] : [[argument, context.rest]]);
    try {
      void context.machine.command(name)?.(context.machine, args, context.call as CommandCall);
    } catch (error) {
      if (error instanceof QmpCommandError) return [`Error: ${error.desc}`];
      throw error;
    }
    return [];
  };

/** The same for a command that cannot do without its argument. */
const asQmpOn = (name: string, argument: string, missing: string): HmpCommand => {
  const run = asQmp(name, argument);
  return (context) => {
    if (context.rest === '') throw new HmpUsageError(missing);
    return run(context);
  };
};

/** Commands by their first name. */
export const HMP_COMMANDS: ReadonlyMap<string, HmpCommand> = new Map<string, HmpCommand>([
  ['stop', asQmp('stop')],
  ['cont', asQmp('cont')],
  ['system_reset', asQmp('system_reset')],
  ['system_powerdown', asQmp('system_powerdown')],
  ['system_wakeup', asQmp('system_wakeup')],
  ['quit', asQmp('quit')],
  ['nmi', asQmp('inject-nmi')],
  ['exit_preconfig', asQmp('x-exit-preconfig')],
  ['migrate_cancel', asQmp('migrate_cancel')],
  ['migrate_pause', asQmp('migrate-pause')],
  ['migrate_start_postcopy', asQmp('migrate-start-postcopy')],
  ['chardev-remove', asQmpOn('chardev-remove', 'id', 'chardev-remove: string expected')],
  ['device_del', asQmpOn('device_del', 'id', 'device_del: string expected')],
  ['object_del', asQmpOn('object-del', 'id', 'object_del: string expected')],
  ['netdev_del', asQmpOn('netdev_del', 'id', 'netdev_del: string expected')],
  ['eject', asQmpOn('eject', 'device', 'eject: block device name expected')],
  ['closefd', asQmpOn('closefd', 'fdname', 'closefd: string expected')],
  ['device_add', deviceAdd],
  ['qom-list', qomList],
  ['print', print],
  ['x', examine],
  ['xp', examine],
]);

function deviceAdd(context: HmpContext): readonly string[] {
  const [driver = '', ...properties] = context.rest.split(',');
  const args = new QDict(driver === '' ? [] : [['driver', driver]]);
  for (const property of properties) {
    const [name = '', value = 'on'] = property.split('=');
    args.set(name, value);
  }
  try {
    void context.machine.command('device_add')?.(context.machine, args, context.call as CommandCall);
  } catch (error) {
    if (error instanceof QmpCommandError) return [`Error: ${error.desc}`];
    throw error;
  }
  return [];
}

function qomList({ machine, rest, call }: HmpContext): readonly string[] {
  if (rest === '') return ['/'];
  try {
    const properties = machine.command('qom-list')?.(
      machine,
      new QDict([['path', rest]]),
      call as CommandCall,
    ) as { name: string; type: string }[];
    return properties.map(({ name, type }) => `${name} (${type})`);
  } catch (error) {
    if (error instanceof QmpCommandError) return [`Error: ${error.desc}`];
    throw error;
  }
}

/** How `print/FORMAT` shows a number. */
const FORMATS: Readonly<Record<string, (value: bigint) => string>> = {
  x: (value) => `0x${value.toString(16)}`,
  o: (value) => `0${value.toString(8)}`,
  d: (value) => BigInt.asIntN(64, value).toString(),
  u: (value) => value.toString(),
  c: (value) => `'${String.fromCharCode(Number(value & 0xffn))}'`,
};

/** The format of `print` stays until another is given. */
class PrintFormat {
  letter = 'x';
}

function print({ machine, rest }: HmpContext): readonly string[] {
  const [, format, text = ''] = /^(?:\/(\w))?([^]*)$/.exec(rest) ?? [];
  const kept = machine.store(PrintFormat);
  if (format !== undefined && Object.hasOwn(FORMATS, format)) kept.letter = format;
  return [FORMATS[kept.letter]?.(evaluate(text, 'print|p')) ?? ''];
}

function examine({ rest }: HmpContext): readonly string[] {
  evaluate(rest.replace(/^\/\w+/, ''), 'x');
  throw new HmpUsageError('Cannot access memory');
}

function evaluate(text: string, name: string): bigint {
  const expression = new Expression(text);
  try {
    const value = expression.evaluate();
    if (expression.rest.trim() !== '')
      throw new HmpUsageError(`${name}: extraneous characters at the end of line`);
    return value;
  } catch (error) {
    if (error instanceof ExpressionError) throw new HmpUsageError(error.message);
    throw error;
  }
}

/** Run states that the human monitor shows with their name in brackets. */
function statusLine({ machine }: HmpContext): readonly string[] {
  const { running, state } = machine.power;
  if (running) return ['VM status: running'];
  return [state === 'paused' ? 'VM status: paused' : `VM status: paused (${state})`];
}

/** Subcommands of `info`. */
export const HMP_INFO: ReadonlyMap<string, HmpCommand> = new Map<string, HmpCommand>([
  ['status', statusLine],
  [
    'version',
    ({ machine }) => {
      const { qemu, package: name } = machine.profile.version;
      return [`${qemu.major}.${qemu.minor}.${qemu.micro}${name}`];
    },
  ],
  ['name', ({ machine }) => (machine.options.name === undefined ? [] : [machine.options.name])],
  ['uuid', ({ machine }) => [uuidOf(machine)]],
  ['kvm', () => ['kvm support: disabled']],
  [
    'chardev',
    ({ machine }) =>
      machine
        .store(Chardevs)
        .list()
        .map(({ label, filename }) => `${label}: filename=${filename}`),
  ],
  ['block', () => []],
  ['block-jobs', () => ['No active jobs']],
  ['cpus', ({ machine }) => cpuLines(machine.bare ? 0 : (machine.options.cpus ?? 1))],
  ['mice', ({ machine }) => [machine.bare ? 'No mouse devices connected' : '* Mouse #2: QEMU PS/2 Mouse']],
  ['network', () => []],
  ['snapshots', ({ machine }) => [machine.rules.noSnapshots]],
  ['vnc', () => ['None']],
  ['balloon', () => ['Error: No balloon device has been activated']],
  ['numa', () => ['0 nodes']],
  ['tpm', () => []],
]);

function cpuLines(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${index === 0 ? '*' : ' '} CPU #${index}: thread_id=1000`,
  );
}
