import { parseJson } from 'qmp-core/wire';
import { fromPlain } from '../../engine/json/plain.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { checkArguments } from '../../engine/schema/check-arguments.ts';
import { checkOptions } from '../../engine/schema/check-options.ts';
import type { Schema } from '../../engine/schema/schema.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { genericError, textOf } from '../command.ts';
import { isIdentifier } from '../identifier.ts';
import type { TypeTable } from '../types/type-table.ts';
import { givenValue } from './given-value.ts';

const HINT = "Identifiers consist of letters, digits, '-', '.', '_', starting with a letter.";

/**
 * The arguments of `object-add` that a line of the human monitor stands for: `TYPE,id=ID,name=value`, or
 * JSON (`user_creatable_add_from_str`). Throws QEMU's refusal.
 */
export function objectOfLine(line: string, schema: Schema, types: TypeTable): QDict {
  const args = line.startsWith('{') ? ofJson(line, schema) : ofOption(line, schema, types);
  const id = args.get('id');
  if (typeof id !== 'string' || !isIdentifier(id)) {
    throw genericError(`Parameter 'id' expects an identifier\n${HINT}`);
  }
  return args;
}

function ofJson(line: string, schema: Schema): QDict {
  let value: QValue;
  try {
    value = fromPlain(parseJson(line));
  } catch {
    return notModelled('such an object in JSON');
  }
  if (!(value instanceof QDict)) notModelled('such an object in JSON');
  const refusal = checkArguments(schema, 'object-add', value);
  if (refusal !== undefined) throw genericError(refusal);
  return value;
}

function ofOption(line: string, schema: Schema, types: TypeTable): QDict {
  const texts = new QDict();
  for (const [index, part] of line.replaceAll(',,', '\0').split(',').entries()) {
    const text = part.replaceAll('\0', ',');
    const at = text.indexOf('=');
    if (at < 0 && index > 0) throw genericError(`Expected '=' after parameter '${text}'`);
    put(texts, at < 0 ? 'qom-type' : text.slice(0, at), text.slice(at + 1));
  }
  const type = textOf(texts, 'qom-type');
  if (/^(help|\?)$/.test(type)) notModelled('the help of objects');
  const refusal = checkOptions(schema, schema.commands.get('object-add')?.argType ?? '', texts, 'keyval');
  if (refusal !== undefined) throw genericError(refusal);
  const properties = types.properties(type) ?? [];
  const typeOf = new Map(properties.map((property) => [property.name, property.type]));
  return new QDict([...texts].map(([name, value]) => [name, typed(name, value, typeOf.get(name))]));
}

/** Members of a member have a dot in their names. */
function put(into: QDict, key: string, value: string): void {
  const at = key.indexOf('.');
  if (at < 0) {
    into.set(key, value);
    return;
  }
  const there = into.get(key.slice(0, at));
  const inner = there instanceof QDict ? there : new QDict();
  put(inner, key.slice(at + 1), value);
  into.set(key.slice(0, at), inner);
}

function typed(name: string, value: QValue, type: string | undefined): QValue {
  if (value instanceof QDict) {
    return new QDict([...value].map(([member, text]) => [member, typed(member, text, 'int')]));
  }
  if (type === undefined || !/^(bool|u?int\d*|size)$/.test(type)) return value;
  return givenValue(type, name, value) ?? notModelled(`such a value of ${name}`);
}
