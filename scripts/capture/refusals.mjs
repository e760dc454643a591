/**
 * What the introspection schema does not say but QEMU's refusals do: the width of every integer (the schema says
 * "int" for all of them), the names of alternates, and which commands look at no schema at all.
 */
import { leastArguments, places, UNEXPECTED, UNEXPECTED_TEXT } from './places.mjs';
import { indexSchema } from './schema.mjs';

/** Far outside every width but the widest: the refusal of `2^40` names the type. */
const BEYOND = 2 ** 40;

/** Contents of `refusals.json`. */
export async function captureRefusals(qemu, entries) {
  const schema = indexSchema(entries);
  const unchecked = await findUnchecked(qemu, entries);
  const widths = {};
  const alternates = {};
  for (const place of places(entries, checkedCommands(entries, unchecked))) {
    const refusal = async (value) => {
      const reply = await qemu.ask({ execute: place.command, arguments: place.put(value) });
      return reply.message.error?.desc ?? 'no error';
    };
    const { type, wrap } = innermost(schema, place.type);
    if (type === 'int') {
      const width = await findWidth((value) => refusal(wrap(value)), place);
      // What is not listed is int64.
      if (width !== 'int64') (widths[place.owner] ??= {})[place.name] = width;
    }
    const entry = schema.get(type);
    if (entry['meta-type'] === 'alternate' && !(type in alternates)) {
      const text = await refusal(wrap(notTaken(entry, schema)));
      const name = /^Invalid parameter type for '.*', expected: (\w+)$/.exec(text)?.[1];
      if (!name) throw new Error(`${place.command}: alternate ${type} answered ${text}`);
      alternates[type] = name;
    }
  }
  return { widths, alternates, unchecked };
}

/** The commands whose arguments QEMU checks against its schema. */
export function checkedCommands(entries, unchecked) {
  return entries.filter((entry) => entry['meta-type'] === 'command' && !unchecked.includes(entry.name));
}

/** Commands that take what their schema does not have: QEMU takes their arguments apart by itself. */
async function findUnchecked(qemu, entries) {
  // A command that is not checked does run: such a one, `device_add`, fails on a machine without buses.
  const commands = entries.filter((entry) => entry['meta-type'] === 'command' && entry.name !== 'quit');
  const replies = await qemu.askAll(
    commands.map((command) => ({
      execute: command.name,
      arguments: { ...leastArguments(entries, command), [UNEXPECTED]: 1 },
    })),
  );
  return commands
    .filter((_, index) => replies[index].message.error?.desc !== UNEXPECTED_TEXT)
    .map((command) => command.name);
}

/** What a list is a list of, and how to put that there. */
function innermost(schema, type) {
  const entry = schema.get(type);
  if (entry['meta-type'] !== 'array') return { type, wrap: (value) => value };
  const inner = innermost(schema, entry['element-type']);
  return { type: inner.type, wrap: (value) => [inner.wrap(value)] };
}

async function findWidth(refusal, place) {
  const wrongType = await refusal('zz');
  const tooMuch = await refusal(BEYOND);
  const signed = wrongType.endsWith('expected: integer');
  const narrow = /expects (u?int\d+)_t$/.exec(tooMuch)?.[1];
  const understood =
    (signed || wrongType.endsWith('expects uint64') || typeof place.name === 'number') &&
    (narrow !== undefined || tooMuch === UNEXPECTED_TEXT);
  if (!understood) {
    throw new Error(`${place.command}: ${place.owner}.${place.name} answered ${wrongType}, ${tooMuch}`);
  }
  if (typeof place.name === 'number') {
    // A string never gets into the branch of an alternate; a fraction does.
    return narrow ?? ((await refusal(0.5)).endsWith('expects uint64') ? 'uint64' : 'int64');
  }
  return narrow ?? (signed ? 'int64' : 'uint64');
}

/** A value of a JSON type that no branch of the alternate takes. */
function notTaken(alternate, schema) {
  const taken = new Set(
    alternate.members.map((branch) => {
      const entry = schema.get(branch.type);
      if (entry['meta-type'] === 'builtin') return entry['json-type'];
      return entry['meta-type'] === 'enum' ? 'string' : entry['meta-type'];
    }),
  );
  const candidates = { boolean: true, array: [], object: {}, null: null, string: 'zz', int: 1 };
  const [, value] = Object.entries(candidates).find(([type]) => !taken.has(type));
  return value;
}
