/**
 * Facts that QEMU's refusals tell and the introspection schema doesn't: the width of every integer (the
 * schema says "int" for all of them), the names of alternates, and the commands that don't check their
 * arguments against a schema.
 */
import type { AlternateEntry } from '../engine/schema/introspection.ts';
import type { Schema } from '../engine/schema/schema.ts';
import type { Note } from './note.ts';
import type { Monitor } from './qemu/monitor.ts';
import { commandNames } from './schema-file.ts';
import { leastArguments, places, UNEXPECTED, UNEXPECTED_TEXT, type Place } from './places.ts';

/** Far outside every width but the widest: the refusal of `2^40` names the type. */
const BEYOND = 2 ** 40;

/** Contents of `refusals.json`. */
export interface Refusals {
  /** Widths; integers that aren't listed are int64. */
  readonly widths: Record<string, Record<string, string>>;
  readonly alternates: Record<string, string>;
  readonly unchecked: readonly string[];
}

type Refusal = (value: unknown) => Promise<string>;

export async function learnRefusals(qemu: Monitor, schema: Schema, note: Note): Promise<Refusals> {
  const unchecked = await findUnchecked(qemu, schema);
  const widths: Record<string, Record<string, string>> = {};
  const alternates: Record<string, string> = {};
  const checked = [...schema.commands.values()].filter(({ name }) => !unchecked.includes(name));
  for (const place of places(schema, checked)) {
    const { type, wrap } = innermost(schema, place.type);
    const refusal: Refusal = async (value) =>
      (await qemu.refusal({ execute: place.command, arguments: place.put(wrap(value)) })) ?? 'no error';
    if (type === 'int') {
      const width = await findWidth(refusal, place, note);
      if (width !== 'int64') (widths[place.owner] ??= {})[place.name] = width;
    }
    const entry = schema.type(type);
    if (entry['meta-type'] === 'alternate' && !(type in alternates)) {
      const text = await refusal(notTaken(entry, schema));
      const name = /^Invalid parameter type for '.*', expected: (\w+)$/.exec(text)?.[1];
      if (name === undefined) note(`alternate ${type} of ${place.command}: its name is not in ${text}`);
      else alternates[type] = name;
    }
  }
  return { widths, alternates, unchecked };
}

/** Commands that take what their schema does not have: QEMU takes their arguments apart by itself. */
async function findUnchecked(qemu: Monitor, schema: Schema): Promise<string[]> {
  // A command that is not checked does run: such a one, `device_add`, fails on a machine without buses.
  const commands = [...schema.commands.values()].filter(({ name }) => name !== 'quit');
  const replies = await qemu.askAll(
    commands.map((command) => ({
      execute: command.name,
      arguments: { ...leastArguments(schema, command), [UNEXPECTED]: 1 },
    })),
  );
  const unchecked = commands
    .filter((_, index) => replies[index]?.message.error?.desc !== UNEXPECTED_TEXT)
    .map(({ name }) => name);
  // They are registered by hand, before the others, and so come first in `query-commands`: in an order of
  // their own.
  return (await commandNames(qemu)).filter((name) => unchecked.includes(name));
}

/** The innermost type of a list, and a function that wraps a value in the lists around it. */
function innermost(schema: Schema, type: string): { type: string; wrap: (value: unknown) => unknown } {
  const entry = schema.type(type);
  if (entry['meta-type'] !== 'array') return { type, wrap: (value) => value };
  const inner = innermost(schema, entry['element-type']);
  return { type: inner.type, wrap: (value) => [inner.wrap(value)] };
}

async function findWidth(refusal: Refusal, { command, owner, name }: Place, note: Note): Promise<string> {
  const wrongType = await refusal('zz');
  const tooMuch = await refusal(BEYOND);
  const ofAlternate = typeof name === 'number';
  const signed = wrongType.endsWith('expected: integer');
  const narrow = /expects (u?int\d+)_t$/.exec(tooMuch)?.[1];
  const understood =
    (signed || wrongType.endsWith('expects uint64') || ofAlternate) &&
    (narrow !== undefined || tooMuch === UNEXPECTED_TEXT);
  if (!understood) {
    note(
      `integer ${owner}.${name} of ${command}: not understood, taken for an int64: ${wrongType}; ${tooMuch}`,
    );
    return 'int64';
  }
  if (narrow !== undefined) return narrow;
  // A string never gets into the branch of an alternate; a fraction does.
  if (ofAlternate) return (await refusal(0.5)).endsWith('expects uint64') ? 'uint64' : 'int64';
  return signed ? 'int64' : 'uint64';
}

/** A value of a JSON type that no branch of the alternate takes. */
function notTaken(alternate: AlternateEntry, schema: Schema): unknown {
  const taken = new Set(
    alternate.members.map((branch) => {
      const entry = schema.type(branch.type);
      if (entry['meta-type'] === 'builtin') return entry['json-type'];
      return entry['meta-type'] === 'enum' ? 'string' : entry['meta-type'];
    }),
  );
  const candidates = { boolean: true, array: [], object: {}, null: null, string: 'zz', int: 1 };
  const [, value] = Object.entries(candidates).find(([type]) => !(taken as Set<string>).has(type)) ?? [];
  return value;
}
