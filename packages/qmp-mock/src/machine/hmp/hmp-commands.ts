import { QmpCommandError } from 'qmp-core';
import { printPretty } from '../../engine/json/printer.ts';
import { QDict } from '../../engine/json/value.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import type { Machine } from '../machine.ts';
import { Migration } from '../migration.ts';
import { Expression, ExpressionError } from './expression.ts';
import { HmpUsageError, readArguments, signature, type HmpArguments } from './hmp-arguments.ts';
import { UnmodelledHmpCommand, type HmpCommand, type HmpContext } from './hmp-command.ts';

/** A command of the human monitor that is a QMP command without arguments. */
const asQmp =
  (name: string): HmpCommand =>
  (context) =>
    complaintsOf(() => runQmp(context, name, new QDict()));

/** Runs a QMP command for the human monitor, which does not show what it gives. */
export function runQmp({ machine, call, names }: HmpContext, name: string, args: QDict): unknown {
  const command = machine.command(name);
  if (command === undefined) return unmodelled(names);
  return command(machine, args, call as CommandCall);
}

/** Nothing, or the refusal as the human monitor prints it. `prefix`: what stands before it. */
export function complaintsOf(run: () => unknown, prefix = 'Error: '): readonly string[] {
  try {
    void run();
  } catch (error) {
    if (error instanceof QmpCommandError) return [`${prefix}${error.desc}`];
    throw error;
  }
  return [];
}

/** A command with arguments of its own. */
const taking = (
  text: string,
  run: (given: HmpArguments, context: HmpContext) => readonly string[],
): HmpCommand => {
  const wanted = signature(text);
  return (context) => run(readArguments(context.names, wanted, context.rest), context);
};

/** A command whose arguments are looked at, but not what it would then do. */
const onlyUsage = (text: string): HmpCommand => {
  const usage = taking(text, (_given, { names }) => unmodelled(names));
  // A format comes first.
  return (context) => (context.rest.startsWith('/') ? unmodelled(context.names) : usage(context));
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
  ['device_add', deviceAdd],
  ['qom-list', qomList],
  ['print', print],
  ['x', examine],
  [
    'sum',
    // There is no memory but zeros.
    taking('start:number size:number', () => ['00000']),
  ],
  [
    'cpu',
    taking('index:integer', (given, { machine }) =>
      Number(given.get('index')) < cpuCount(machine) ? [] : ['invalid CPU index'],
    ),
  ],
  ['drive_del', taking('id:device', (given, context) => noDrive(given.get('id'), context))],
  [
    'commit',
    taking('device:device', (given, context) =>
      given.get('device') === 'all' ? [] : noDrive(given.get('device'), context),
    ),
  ],
  ['mouse_move', taking('dx:string dy:string dz:string?', () => [])],
  [
    'mouse_set',
    taking('index:integer', (given, { machine }) => [
      `${machine.rules.mouseErrorPrefix}Mouse at index '${given.get('index')}' not found`,
    ]),
  ],
  ['one-insn-per-tb', taking('option:string?', () => [])],
  ['singlestep', taking('option:string?', () => [])],
  [
    'log',
    taking('items:string', (given, { names }) => (given.get('items') === 'none' ? [] : unmodelled(names))),
  ],
  [
    'trace-event',
    taking('name:string option:switch vcpu:integer?', (given) => unknownTraceEvent(given.get('name'))),
  ],
  ['savevm', taking('name:string?', () => [`Error: ${NO_VMSTATE}`])],
  ['loadvm', taking('name:string', () => [`Error: ${NO_VMSTATE}`])],
  ['delvm', taking('name:string', () => [])],
  [
    'change',
    taking('-f device:device target:file arg:string?', (given) => [
      `Error: Device '${given.get('device')}' not found`,
    ]),
  ],
  ['replay_break', replay('replay-break', 'icount')],
  ['replay_seek', replay('replay-seek', 'icount')],
  ['replay_delete_break', replay('replay-delete-break')],
  ['sync-profile', taking('op:string?', syncProfile)],
  ['qom-get', taking('path:string property:string', qomGet)],
  ['migrate_set_capability', taking('capability:string state:switch', setCapability)],
  ['i', onlyUsage('addr:number index:number?')],
  ['o', onlyUsage('addr:number val:number')],
  ['logfile', onlyUsage('filename:file')],
  ['boot_set', onlyUsage('bootdevice:string')],
  ['sendkey', onlyUsage('keys:string hold-time:integer?')],
  ['object_add', onlyUsage('object:rest')],
  ['chardev-add', onlyUsage('args:string')],
  ['chardev-change', onlyUsage('id:string args:rest')],
  ['migrate_set_parameter', taking('parameter:string value:string', setParameter)],
  ['set_password', onlyUsage('protocol:string password:string connected:string?')],
  ['wavcapture', onlyUsage('path:file audiodev:string')],
  ['memsave', onlyUsage('val:number size:integer filename:string')],
  ['pmemsave', onlyUsage('val:number size:integer filename:string')],
  ['dump-guest-memory', onlyUsage('-p -d -z -l -s -w -R filename:file begin:number? length:number?')],
  ['client_migrate_info', onlyUsage('protocol:string hostname:string port:integer?')],
  ['calc_dirty_rate', onlyUsage('-r -b second:number sample_pages_per_GB:number?')],
]);

const NO_VMSTATE = 'no block device can store vmstate for snapshot';

function unmodelled(names: string): never {
  throw new UnmodelledHmpCommand(`The mock's human monitor does not model "${names}"`);
}

/** How many CPUs there are. */
export function cpuCount(machine: Machine): number {
  return machine.bare ? 0 : (machine.options.cpus ?? 1);
}

function noDrive(id: unknown, { machine }: HmpContext): readonly string[] {
  return [`${machine.rules.driveErrorPrefix}Device '${String(id)}' not found`];
}

/** What is said of a trace event by name; of a pattern, nothing: it matches none. */
export function unknownTraceEvent(name: unknown): readonly string[] {
  const text = String(name);
  return text.includes('*') || text.includes('?') ? [] : [`unknown event "${text}"`];
}

/** Whether lock contention is profiled. There is none, but the switch is there. */
class SyncProfile {
  on = false;
}

function syncProfile(given: HmpArguments, { machine }: HmpContext): readonly string[] {
  const profile = machine.store(SyncProfile);
  const op = given.get('op');
  if (op === undefined) return [`sync-profile is ${profile.on ? 'on' : 'off'}`];
  if (op === 'on' || op === 'off') profile.on = op === 'on';
  else if (op !== 'reset')
    return [`Error: invalid parameter '${String(op)}', expecting 'on', 'off', or 'reset'`];
  return [];
}

/** Commands on recordings print refusals bare. */
function replay(name: string, argument?: string): HmpCommand {
  return taking(argument === undefined ? '' : `${argument}:number`, (given, context) =>
    complaintsOf(
      () => runQmp(context, name, new QDict([...given].map(([key, value]) => [key, Number(value)]))),
      '',
    ),
  );
}

function qomGet(given: HmpArguments, context: HmpContext): readonly string[] {
  let text = '';
  const complaints = complaintsOf(() => {
    const args = new QDict([...given].map(([name, value]) => [name, String(value)]));
    text = printPretty(runQmp(context, 'qom-get', args));
  });
  return complaints.length > 0 ? complaints : [text];
}

function setCapability(given: HmpArguments, context: HmpContext): readonly string[] {
  const name = String(given.get('capability'));
  if (!context.machine.store(Migration).capabilities.has(name))
    return [`Error: invalid parameter value: ${name}`];
  const state = given.get('state') === true;
  const capabilities = [
    new QDict([
      ['capability', name],
      ['state', state],
    ]),
  ];
  return complaintsOf(() =>
    runQmp(context, 'migrate-set-capabilities', new QDict([['capabilities', capabilities]])),
  );
}

function setParameter(given: HmpArguments, { machine, names }: HmpContext): readonly string[] {
  const name = String(given.get('parameter'));
  if (machine.store(Migration).parameters.has(name)) return unmodelled(names);
  return [`Error: invalid parameter value: ${name}`];
}

function deviceAdd(context: HmpContext): readonly string[] {
  const [driver = '', ...properties] = context.rest.split(',');
  const args = new QDict(driver === '' ? [] : [['driver', driver]]);
  for (const property of properties) {
    const [name = '', value = 'on'] = property.split('=');
    args.set(name, value);
  }
  return complaintsOf(() => runQmp(context, 'device_add', args));
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
  checkFormat(format ?? '');
  const kept = machine.store(PrintFormat);
  if (format !== undefined && Object.hasOwn(FORMATS, format)) kept.letter = format;
  return [FORMATS[kept.letter]?.(evaluate(text, 'print|p')) ?? ''];
}

/** Letters of the formats and sizes that memory can be shown in. */
const MEMORY_FORMAT = /^[0-9oduxicbwhgl]*/;

function examine({ machine, rest, names }: HmpContext): readonly string[] {
  const [, format = '', text = ''] = /^(?:\/(\S*))?([^]*)$/.exec(rest) ?? [];
  checkFormat(format);
  readArguments(names, signature('addr:number'), text);
  if (machine.bare && names === 'x') return ['Can not dump without CPU'];
  return unmodelled(names);
}

function checkFormat(format: string): void {
  const bad = format.slice(MEMORY_FORMAT.exec(format)?.[0].length ?? 0)[0];
  if (bad !== undefined) throw new HmpUsageError(`invalid char in format: '${bad}'`);
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
