import { QDict } from '../../engine/json/value.ts';
import { checkOptions } from '../../engine/schema/check-options.ts';
import { schemaOf, type Schema } from '../../engine/schema/schema.ts';
import type { ArgumentContext } from './argument-context.ts';
import { parseKeyval } from './keyval.ts';
import { refuse } from './start-error.ts';
import type { StartOption } from './start-option.ts';

function displayType(schema: Schema): string | undefined {
  return schema.commands.get('query-display-options')?.retType;
}

/** `-display`, while the options are read (`parse_display` in `system/vl.c`). */
export function checkDisplayArgument(option: StartOption, { profile }: ArgumentContext): void {
  const { argument } = option;
  if (argument === 'vnc') refuse('VNC requires a display argument vnc=<display>');
  if (argument.startsWith('vnc=')) return;
  const schema = schemaOf(profile);
  const type = displayType(schema);
  if (type === undefined || option.isJson) return checkKind(option, schema);
  const dict = parseKeyval(argument, 'type');
  const refusal = checkOptions(schema, type, dict, 'keyval');
  if (refusal !== undefined) refuse(refusal);
}

/** JSON: its type alone is looked at. */
function checkKind(option: StartOption, schema: Schema): void {
  const type = displayType(schema);
  const kind = option.get('type');
  if (type === undefined || kind === undefined) return;
  const refusal = checkOptions(schema, type, new QDict([['type', kind]]), 'keyval');
  if (refusal !== undefined) refuse(refusal);
}
