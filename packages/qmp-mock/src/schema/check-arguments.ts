import type { QDict } from '../json/value.ts';
import { ArgumentPath } from './argument-path.ts';
import { Compiler } from './compile.ts';
import type { Schema } from './schema.ts';

const compilers = new WeakMap<Schema, Compiler>();

/**
 * QEMU's refusal of a command's arguments, in its own words, or `undefined` where its schema allows them. The
 * error class that goes with it is always `GenericError`.
 *
 * Members are looked at in the order of the schema (those of a union's variant last) and the first fault
 * counts; members that the schema does not have come after all that it has. Source: QEMU's
 * `qapi/qobject-input-visitor.c` and `qapi/qapi-visit-core.c`, checked against running QEMUs.
 *
 * Not looked at: commands whose arguments QEMU takes apart by itself (`device_add`), and names that the schema
 * does not have; both give `undefined`.
 *
 * @example
 * checkArguments(loadSchema('10.0'), 'eject', new QDict([['force', 1]]))
 * // "Invalid parameter type for 'force', expected: boolean"
 */
export function checkArguments(schema: Schema, command: string, args: QDict): string | undefined {
  const info = schema.commands.get(command);
  if (!info?.checked) return undefined;
  let compiler = compilers.get(schema);
  if (!compiler) {
    compiler = new Compiler(schema);
    compilers.set(schema, compiler);
  }
  return compiler.shape(info.argType).check(args, new ArgumentPath());
}
