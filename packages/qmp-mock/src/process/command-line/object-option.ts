import type { QemuProfile } from '../../engine/profile.ts';
import { fromPlain } from '../../engine/json/plain.ts';
import { printCompact } from '../../engine/json/printer.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { isIdentifier } from '../../machine/identifier.ts';
import type { MachineObject } from '../../machine/machine-options.ts';
import { isTextProperty } from '../../machine/qom/text-properties.ts';
import { machineRules } from '../../machine/machine-rules.ts';
import { checkArguments } from '../../engine/schema/check-arguments.ts';
import { checkOptions } from '../../engine/schema/check-options.ts';
import { schemaOf } from '../../engine/schema/schema.ts';
import { parseJsonArgument } from './json-argument.ts';
import type { MonitorStep } from './start-plan.ts';
import { cannotAllocate, MOST_MEMORY } from '../../machine/memory/memory-backend.ts';
import { badIdentifier, parseBoolean, parseQemuOpts, parseSize } from './qemu-opts.ts';
import { NOWHERE } from './said-at.ts';
import { StartError } from './start-error.ts';

/** Properties of the two types, beside `id` and `chardev`. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'monitor-qmp': ['chardev', 'pretty', 'close-action'],
  'monitor-hmp': ['chardev', 'readline'],
};

/**
 * Reads an `-object`: a monitor, or an object that only exists.
 *
 * @param profile - The version whose schema has the types and members.
 * @throws StartError with QEMU's text.
 */
export function readObject(
  argument: string,
  profile: QemuProfile,
): { readonly monitor: MonitorStep } | { readonly object: MachineObject } {
  const opts = argument.startsWith('{') ? fromJson(argument, profile) : fromKeyval(argument);
  const type = opts.get('qom-type') ?? '';
  const id = opts.get('id');
  if (type !== 'monitor-qmp' && type !== 'monitor-hmp')
    return { object: plainObject(opts, profile, argument.startsWith('{')) };
  if (!machineRules(profile).monitorObjects) {
    throw new StartError(`Parameter 'qom-type' does not accept value '${type}'`);
  }
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
  return { monitor: { id, type, chardev, pretty, closeAction } };
}

/** An object of any other type; a member that the schema does not have, or that is missing, is refused. */
function plainObject(
  opts: ReadonlyMap<string, string>,
  profile: QemuProfile,
  isJson: boolean,
): MachineObject {
  const properties = [...opts].filter(([name]) => name !== 'qom-type' && name !== 'id');
  const values = properties.map(
    ([name, value]) => [name, isTextProperty(name) ? value : scalar(value)] as const,
  );
  const args = fromPlain({ ...Object.fromEntries(opts), ...Object.fromEntries(values) }) as QDict;
  const refusal = checkArguments(schemaOf(profile), 'object-add', args);
  const [, surplus] = /^Parameter '(.*)' is unexpected$/.exec(refusal ?? '') ?? [];
  if (surplus !== undefined) {
    throw new StartError(isJson ? `Parameter '${surplus}' is unexpected` : `Invalid parameter '${surplus}'`);
  }
  const [, mistyped] = /^Invalid parameter type for '(.*)', expected: boolean$/.exec(refusal ?? '') ?? [];
  if (mistyped !== undefined && !isJson) {
    throw new StartError(`Parameter '${mistyped}' expects 'on' or 'off'`);
  }
  // A command line has only text, so a wrong type isn't a mistake here.
  if (refusal !== undefined && /is missing$|does not accept value/.test(refusal)) {
    throw new StartError(refusal);
  }
  if (!isJson) assertNumbers(opts, profile);
  const id = opts.get('id') ?? '';
  if (!isIdentifier(id)) throw badIdentifier();
  const size = parseSize(opts.get('size') ?? '') ?? 0;
  if (opts.get('qom-type') === 'memory-backend-ram' && size >= MOST_MEMORY)
    throw new StartError(cannotAllocate(id), { location: NOWHERE });
  return { type: opts.get('qom-type') ?? '', id, properties: Object.fromEntries(values) };
}

/** Refuses text in place of an integer, except in lists of them. */
function assertNumbers(opts: ReadonlyMap<string, string>, profile: QemuProfile): void {
  const schema = schemaOf(profile);
  const argType = schema.commands.get('object-add')?.argType ?? '';
  const refusal = checkOptions(schema, argType, new QDict(opts), 'opts');
  const [, name] = /^Parameter '(.*)' expects an int64 value$/.exec(refusal ?? '') ?? [];
  if (refusal !== undefined && name !== undefined && !/^(host-nodes|.*-affinity)$/.test(name)) {
    throw new StartError(refusal);
  }
}

/** Text as the value that it stands for. */
function scalar(text: string): string | number | boolean {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  return text === 'on' || text === 'off' ? text === 'on' : (sizeOf(text) ?? text);
}

/** A number with a unit, such as `16M`. */
function sizeOf(text: string): number | undefined {
  return /^\d+[kKMGTPE]$/.test(text) ? parseSize(text) : undefined;
}

function switchOf(opts: ReadonlyMap<string, string>, name: string): boolean {
  const value = opts.get(name);
  if (value === undefined) return false;
  const parsed = parseBoolean(value);
  if (parsed === undefined) throw new StartError(`Parameter '${name}' expects 'on' or 'off'`);
  return parsed;
}

function fromKeyval(argument: string): Map<string, string> {
  const opts = parseQemuOpts(argument, { parameters: undefined, implied: 'qom-type' });
  const all = new Map(opts.entries());
  // QemuOpts keeps the id apart; here it is a property, and checked later.
  if (opts.id !== undefined) all.set('id', opts.id);
  return all;
}

function fromJson(argument: string, profile: QemuProfile): Map<string, string> {
  const value = parseJsonArgument(argument, profile);
  const refusal = checkArguments(schemaOf(profile), 'object-add', value);
  if (refusal !== undefined) throw new StartError(refusal);
  return new Map([...value].map(([name, item]) => [name, asText(item)]));
}

function asText(item: QValue): string {
  if (typeof item === 'boolean') return item ? 'on' : 'off';
  return typeof item === 'string' ? item : printCompact(item);
}
