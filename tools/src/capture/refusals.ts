/**
 * What the introspection schema does not say but QEMU's refusals do: the width of every integer (the schema says
 * "int" for all of them), the names of alternates, and which commands look at no schema at all.
 */
import type { AlternateEntry, Schema } from '../internals/schema.ts';
import type { Monitor } from '../qemu/monitor.ts';
import { leastArguments, places, UNEXPECTED, UNEXPECTED_TEXT, type Place } from './places.ts';

/** Far outside every width but the widest: the refusal of `2^40` names the type. */
const BEYOND = 2 ** 40;

/** Contents of `refusals.json`. */
export interface Refusals {
  /** What is not listed is int64. */
  readonly widths: Record<string, Record<string, string>>;
  readonly alternates: Record<string, string>;
  readonly unchecked: readonly string[];
}

type Refusal = (value: unknown) => Promise<string>;

export async function captureRefusals(qemu: Monitor, schema: Schema): Promise<Refusals> {
  const unchecked = await findUnchecked(qemu, schema);
  const widths: Record<string, Record<string, string>> = {};
  const alternates: Record<string, string> = {};
  const checked = [...schema.commands.values()].filter(({ name }) => !unchecked.includes(name));
  for (const place of places(schema, checked)) {
    const { type, wrap } = innermost(schema, place.type);
    const refusal: Refusal = async (value) =>
      (await qemu.refusal({ execute: place.command, arguments: place.put(wrap(value)) })) ?? 'no error';
    if (type === 'int') {
      const width = await findWidth(refusal, place);
      if (width !== 'int64') (widths[place.owner] ??= {})[place.name] = width;
    }
    const entry = schema.type(type);
    if (entry['meta-type'] === 'alternate' && !(type in alternates)) {
      const text = await refusal(notTaken(entry, schema));
      const name = /^Invalid parameter type for '.*', expected: (\w+)$/.exec(text)?.[1];
      if (name === undefined) throw new Error(`${place.command}: alternate ${type} answered ${text}`);
      alternates[type] = name;
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
  return commands
    .filter((_, index) => replies[index]?.message.error?.desc !== UNEXPECTED_TEXT)
    .map(({ name }) => name);
}

/** What a list is a list of, and how to put that there. */
function innermost(schema: Schema, type: string): { type: string; wrap: (value: unknown) => unknown } {
  const entry = schema.type(type);
  if (entry['meta-type'] !== 'array') return { type, wrap: (value) => value };
  const inner = innermost(schema, entry['element-type']);
  return { type: inner.type, wrap: (value) => [inner.wrap(value)] };
}

async function findWidth(refusal: Refusal, { command, owner, name }: Place): Promise<string> {
  const wrongType = await refusal('zz');
  const tooMuch = await refusal(BEYOND);
  const ofAlternate = typeof name === 'number';
  const signed = wrongType.endsWith('expected: integer');
  const narrow = /expects (u?int\d+)_t$/.exec(tooMuch)?.[1];
  const understood =
    (signed || wrongType.endsWith('expects uint64') || ofAlternate) &&
    (narrow !== undefined || tooMuch === UNEXPECTED_TEXT);
  if (!understood) throw new Error(`${command}: ${owner}.${name} answered ${wrongType}, ${tooMuch}`);
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
