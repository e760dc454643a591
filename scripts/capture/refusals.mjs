/**
 * What the introspection schema does not say but QEMU's refusals do: the width of every integer (the schema says
 * "int" for all of them), the names of alternates, and which commands look at no schema at all.
 *
 * Found by asking: each member that can be reached from a command's arguments gets wrong values. Every request
 * also has the member `zz-unexpected`, which is refused after all others, so that no command ever runs.
 */
import { indexSchema } from './schema.mjs';

const UNEXPECTED = 'zz-unexpected';
const UNEXPECTED_TEXT = `Parameter '${UNEXPECTED}' is unexpected`;
/** Far outside every width but the widest: the refusal of `2^40` names the type. */
const BEYOND = 2 ** 40;

/** Contents of `refusals.json`. */
export async function captureRefusals(qemu, entries) {
  const schema = indexSchema(entries);
  const build = builder(schema);
  const commands = entries.filter((entry) => entry['meta-type'] === 'command');
  const unchecked = await findUnchecked(qemu, commands, build);
  const probes = [];
  const seen = new Set();
  const queue = commands
    .filter((command) => !unchecked.includes(command.name))
    .map((command) => ({
      command: command.name,
      type: command['arg-type'],
      fixed: {},
      wrap: (value) => ({ ...value, [UNEXPECTED]: 1 }),
    }));
  // Breadth first: the shortest way to an object has the fewest mandatory members that could get in the way.
  for (const place of queue) visit(place);

  function visit({ command, type, fixed, wrap }) {
    const entry = schema.get(type);
    if (!seen.has(type)) {
      seen.add(type);
      for (const member of entry.members) {
        const put = (value) => wrap({ ...build.object(type, fixed), [member.name]: value });
        look(type, member.name, member.type, put, command, (next) => {
          const base = { ...fixed, ...(member.name === entry.tag ? {} : {}) };
          return (value) => wrap({ ...build.object(type, base), [member.name]: next(value) });
        });
      }
    }
    for (const variant of entry.variants ?? []) {
      if (seen.has(variant.type)) continue;
      const chosen = { ...fixed, [entry.tag]: variant.case };
      queue.push({
        command,
        type: variant.type,
        fixed: {},
        wrap: (value) => wrap({ ...build.object(type, chosen), ...value }),
      });
    }
  }

  /** Notes the probes for one member (or alternate branch), and what lies beneath it. */
  function look(owner, name, type, put, command, within) {
    const entry = schema.get(type);
    if (type === 'int') probes.push({ kind: 'width', owner, name, command, put });
    if (type === '[int]') probes.push({ kind: 'width', owner, name, command, put: (value) => put([value]) });
    if (entry['meta-type'] === 'object') {
      queue.push({ command, type, fixed: {}, wrap: within((value) => value) });
    }
    if (entry['meta-type'] === 'array') {
      const element = schema.get(entry['element-type']);
      if (element['meta-type'] === 'object') {
        queue.push({ command, type: element.name, fixed: {}, wrap: within((value) => [value]) });
      }
      if (element['meta-type'] === 'alternate') {
        alternate(
          element,
          (value) => put([value]),
          command,
          (next) => within((value) => [next(value)]),
        );
      }
    }
    if (entry['meta-type'] === 'alternate') alternate(entry, put, command, within);
  }

  function alternate(entry, put, command, within) {
    if (seen.has(entry.name)) return;
    seen.add(entry.name);
    probes.push({ kind: 'alternate', owner: entry.name, command, put, wrong: notAnswered(entry, schema) });
    entry.members.forEach((branch, index) => look(entry.name, index, branch.type, put, command, within));
  }

  return { ...(await ask(qemu, probes)), unchecked };
}

/** Commands that take what their schema does not have: QEMU parses their arguments by itself. */
async function findUnchecked(qemu, commands, build) {
  // Before negotiation only `qmp_capabilities` runs, after it that one only fails: nothing runs here that matters,
  // for what is unchecked in any version known is `device_add` and `query-qmp-schema`.
  const asked = commands.filter((command) => command.name !== 'quit');
  const replies = await qemu.askAll(
    asked.map((command) => ({
      execute: command.name,
      arguments: { ...build.object(command['arg-type'], {}), [UNEXPECTED]: 1 },
    })),
  );
  return asked
    .filter((_, index) => replies[index].message.error?.desc !== UNEXPECTED_TEXT)
    .map((c) => c.name);
}

async function ask(qemu, probes) {
  const refusal = async (probe, value) => {
    const reply = await qemu.ask({ execute: probe.command, arguments: probe.put(value) });
    return reply.message.error?.desc ?? 'no error';
  };
  const widths = {};
  const alternates = {};
  for (const probe of probes) {
    if (probe.kind === 'alternate') {
      const text = await refusal(probe, probe.wrong);
      const name = /^Invalid parameter type for '.*', expected: (\w+)$/.exec(text)?.[1];
      if (!name) throw new Error(`${probe.command}: alternate ${probe.owner} answered ${text}`);
      alternates[probe.owner] = name;
      continue;
    }
    const wrongType = await refusal(probe, 'zz');
    const tooMuch = await refusal(probe, BEYOND);
    const signed = wrongType.endsWith('expected: integer');
    if (!signed && !wrongType.endsWith('expects uint64')) {
      throw new Error(`${probe.command}: ${probe.owner}.${probe.name} answered ${wrongType}`);
    }
    const narrow = /expects (u?int\d+)_t$/.exec(tooMuch)?.[1];
    if (!narrow && tooMuch !== UNEXPECTED_TEXT) {
      throw new Error(`${probe.command}: ${probe.owner}.${probe.name} answered ${tooMuch}`);
    }
    const width = narrow ?? (signed ? 'int64' : 'uint64');
    // What is not listed is int64.
    if (width !== 'int64') (widths[probe.owner] ??= {})[probe.name] = width;
  }
  return { widths, alternates };
}

/** A value of a JSON type that no branch of the alternate takes. */
function notAnswered(alternate, schema) {
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

/** Builds the least that QEMU takes for a type. */
function builder(schema) {
  const value = (type, path) => {
    const entry = schema.get(type);
    switch (entry['meta-type']) {
      case 'builtin':
        return { string: 'x', int: 1, number: 1, boolean: true, null: null, value: 1 }[entry['json-type']];
      case 'enum':
        return entry.values[0];
      case 'array':
        return [];
      case 'alternate': {
        // A branch that is no object ends the recursion (a block device by its name).
        const plain = entry.members.find((branch) => schema.get(branch.type)['meta-type'] !== 'object');
        return value((plain ?? entry.members[0]).type, path);
      }
      default:
        if (path.includes(type)) throw new Error(`no end to ${[...path, type].join(' > ')}`);
        return object(type, {}, [...path, type]);
    }
  };
  const object = (type, fixed, path = []) => {
    const entry = schema.get(type);
    const result = { ...fixed };
    for (const member of entry.members) {
      if (!('default' in member) && !(member.name in result)) result[member.name] = value(member.type, path);
    }
    const variant = entry.variants?.find((candidate) => candidate.case === result[entry.tag]);
    return variant ? { ...object(variant.type, {}, path), ...result } : result;
  };
  return { object };
}
