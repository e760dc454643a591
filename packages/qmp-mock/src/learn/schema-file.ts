/**
 * The introspection schema as a file: QEMU's own text of every entry, one entry a line, so that a new version
 * is a readable diff and the reply to `query-qmp-schema` can be put together again byte for byte.
 */
import type { SchemaEntry } from '../engine/schema/introspection.ts';
import { Schema } from '../engine/schema/schema.ts';
import type { Note } from './note.ts';
import type { Monitor } from './qemu/monitor.ts';

/** A schema as a QEMU gives it. */
export interface AskedSchema {
  /** The text of the reply. */
  readonly text: string;
  readonly entries: readonly SchemaEntry[];
  /** The same by name; which commands check nothing is not known of it. */
  readonly schema: Schema;
}

/** Asks a QEMU for its schema. */
export async function askSchema(qemu: Monitor): Promise<AskedSchema> {
  const { text, message } = await qemu.ask({ execute: 'query-qmp-schema' });
  const entries = message.return as readonly SchemaEntry[];
  return { text, entries, schema: schemaOf(entries) };
}

/** Text of `schema.json` from the text of the reply to `query-qmp-schema`. */
export function schemaFile(replyText: string): string {
  return `[\n${splitItems(replyText.slice('{"return": '.length, -1)).join(',\n')}\n]\n`;
}

/** Names of the commands in the order of `query-commands`. */
export async function commandNames(qemu: Monitor): Promise<string[]> {
  const reply = await qemu.value<readonly { name: string }[]>({ execute: 'query-commands' });
  return reply.map(({ name }) => name);
}

/**
 * Looks whether what the mock takes for granted is so: `query-commands` has the order of the schema,
 * backwards, with commands that are registered by hand first.
 */
export async function checkCommandOrder(
  qemu: Monitor,
  entries: readonly SchemaEntry[],
  unchecked: readonly string[],
  note: Note,
): Promise<void> {
  const actual = await commandNames(qemu);
  const expected = schemaOf(entries, unchecked).commandNames();
  const at = actual.findIndex((name, index) => name !== expected[index]);
  if (at >= 0 || actual.length !== expected.length)
    note(`query-commands has ${actual[at]} at ${at}, where the mock will have ${expected[at]}`);
}

function schemaOf(entries: readonly SchemaEntry[], unchecked: readonly string[] = []): Schema {
  return new Schema('', JSON.stringify(entries), { widths: {}, alternates: {}, unchecked });
}

/** Texts of the items of a JSON array, as they are. */
function splitItems(array: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 1;
  for (let i = 1; i < array.length - 1; i += 1) {
    const char = array[i];
    if (char === '"') {
      while (array[(i += 1)] !== '"') if (array[i] === '\\') i += 1;
    } else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else if (char === ',' && depth === 0) {
      items.push(array.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = array.slice(start, -1).trim();
  if (last !== '') items.push(last);
  return items;
}
