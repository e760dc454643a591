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
 * QEMU's refusal of a command's arguments, in its own words, or `undefined` where its schema allows them. The
 * error class that goes with it is always `GenericError`.
 *
 * Members are looked at in the order of the schema (those of a union's variant last) and the first fault
 * counts; members that the schema does not have come after all that it has. Source: QEMU's
 * `qapi/qobject-input-visitor.c` and `qapi/qapi-visit-core.c`, checked against running QEMUs.
 *
 * What passes may still be wrong for the command itself, whose words can look alike: `dump-guest-memory` wants `begin` and
 * `length` together, `qom-set` and `device_add` hold values against the property. And it may be more than QEMU bears:
 * `object-add` of a `memory-backend-ram` with size −1 passes here, and then aborts a real QEMU.
 *
 * Not looked at: commands whose arguments QEMU takes apart by itself (`device_add`), and names that the schema
 * does not have; both give `undefined`.
 *
 * @param policy `-compat`: whether deprecated and unstable arguments and values are refused; by default they are not.
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
