import type { QDict } from '../json/value.ts';
import { ArgumentPath } from './argument-path.ts';
import { Compiler } from './compile.ts';
import type { InputPolicy } from './input-policy.ts';
import type { Schema } from './schema.ts';

const compilers = new WeakMap<Schema, Map<string, Compiler>>();

function compilerFor(schema: Schema, policy: InputPolicy): Compiler {
  let ofSchema = compilers.get(schema);
  if (!ofSchema) compilers.set(schema, (ofSchema = new Map<string, Compiler>()));
  const key = `${policy.deprecatedInput} ${policy.unstableInput}`;
  let compiler = ofSchema.get(key);
  if (!compiler) ofSchema.set(key, (compiler = new Compiler(schema, policy)));
  return compiler;
}

const ACCEPT_ALL: InputPolicy = {};

/**
 * QEMU's refusal of a command's arguments, in its own words, or `undefined` if its schema allows them. The
 * error class that goes with it is always `GenericError`.
 *
 * QEMU looks at members in the order of the schema (those of a union's variant last), and the first fault
 * counts. Unknown members come last. Source: QEMU's `qapi/qobject-input-visitor.c` and
 * `qapi/qapi-visit-core.c`, checked against running QEMUs.
 *
 * Arguments that pass may still be wrong for the command itself, whose words can look alike:
 * `dump-guest-memory` wants `begin` and `length` together, and `qom-set` and `device_add` check values
 * against the property. Some are even too much for QEMU: `object-add` of a `memory-backend-ram` with size −1
 * passes here, and aborts a real QEMU.
 *
 * Two kinds of commands aren't checked and give `undefined`: those whose arguments QEMU parses by itself
 * (`device_add`), and those that the schema doesn't have.
 *
 * @param policy - `-compat`: whether to refuse deprecated and unstable arguments and values. Default: they
 *   are accepted.
 * @example
 * checkArguments(loadSchema('10.0'), 'eject', new QDict([['force', 1]]))
 * // "Invalid parameter type for 'force', expected: boolean"
 */
export function checkArguments(
  schema: Schema,
  command: string,
  args: QDict,
  policy: InputPolicy = ACCEPT_ALL,
): string | undefined {
  const info = schema.commands.get(command);
  if (!info?.checked) return undefined;
  return compilerFor(schema, policy).shape(info.argType).check(args, new ArgumentPath());
}
