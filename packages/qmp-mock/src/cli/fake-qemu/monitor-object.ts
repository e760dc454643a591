import type { MachineRules } from '../../machine/machine-rules.ts';
import { isIdentifier } from '../../machine/identifier.ts';
import type { MonitorStep } from './command-line.ts';
import { badIdentifier, parseBoolean, parseQemuOpts } from './qemu-opts.ts';
import { StartError } from './start-error.ts';

/** Properties of the two types, beside `id` and `chardev`. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'monitor-qmp': ['chardev', 'pretty', 'close-action'],
  'monitor-hmp': ['chardev', 'readline'],
};

/**
 * What `-object` asks for where that is a monitor; `undefined` for every other object, which is taken as it is.
 *
 * @throws StartError with QEMU's text.
 */
export function monitorObject(argument: string, rules: MachineRules): MonitorStep | undefined {
  const opts = argument.startsWith('{') ? fromJson(argument) : fromKeyval(argument);
  const type = opts.get('qom-type') ?? '';
  const id = opts.get('id');
  if (type !== 'monitor-qmp' && type !== 'monitor-hmp') {
    if (id === undefined) throw new StartError("Parameter 'id' is missing");
    if (!isIdentifier(id)) throw badIdentifier();
    return undefined;
  }
  if (!rules.monitorObjects) throw new StartError(`Parameter 'qom-type' does not accept value '${type}'`);
  if (id === undefined) throw new StartError("Parameter 'id' is missing");
  const chardev = opts.get('chardev');
  if (chardev === undefined) throw new StartError("Parameter 'chardev' is missing");
  const pretty = switchOf(opts, 'pretty');
  switchOf(opts, 'readline');
  const closeAction = opts.get('close-action') ?? 'none';
  if (closeAction !== 'none' && closeAction !== 'delete') {
    throw new StartError(`Parameter 'close-action' does not accept value '${closeAction}'`);
  }
  for (const name of opts.keys()) {
    if (name !== 'qom-type' && name !== 'id' && PROPERTIES[type]?.includes(name) !== true) {
      throw new StartError(`Invalid parameter '${name}'`);
    }
  }
  if (!isIdentifier(id)) throw badIdentifier();
  return { id, type, chardev, pretty, closeAction };
}

function switchOf(opts: ReadonlyMap<string, string>, name: string): boolean {
  const value = opts.get(name);
  if (value === undefined) return false;
  const parsed = parseBoolean(value);
  if (parsed === undefined) throw new StartError(`Parameter '${name}' expects 'on' or 'off'`);
  return parsed;
}

function fromKeyval(argument: string): Map<string, string> {
  const opts = parseQemuOpts(`${argument}`, { parameters: undefined, implied: 'qom-type' });
  const all = new Map(opts.entries());
  // QemuOpts keeps the id apart; here it is a property, and checked later.
  if (opts.id !== undefined) all.set('id', opts.id);
  return all;
}

function fromJson(argument: string): Map<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(argument);
  } catch {
    throw new StartError('JSON parse error, expecting value');
  }
  const text = (item: unknown): string => (typeof item === 'boolean' ? (item ? 'on' : 'off') : String(item));
  return new Map(Object.entries(value as object).map(([name, item]) => [name, text(item)]));
}
