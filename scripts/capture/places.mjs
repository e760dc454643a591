/**
 * Every place at which QEMU's schema takes a value from a client, and a request that puts one there.
 *
 * All other members of the request are good, and one more, {@link UNEXPECTED}, is refused after all others: so the
 * answer is about that value, and no command ever runs.
 */
import { indexSchema } from './schema.mjs';

export const UNEXPECTED = 'zz-unexpected';

/** What QEMU says where all else was good. */
export const UNEXPECTED_TEXT = `Parameter '${UNEXPECTED}' is unexpected`;

/**
 * The places that can be reached from the arguments of the commands, each once, by the shortest way.
 *
 * A place is `{ owner, name, type, command, put }`: the object type and its member, or the alternate and the number of
 * its branch; the type that belongs there; and `put(value)`, the arguments of `command` with that value.
 */
export function places(entries, commands) {
  const schema = indexSchema(entries);
  const build = builder(schema);
  const found = [];
  const seen = new Set();
  // Breadth first: the shortest way to an object has the fewest mandatory members that could get in the way.
  const queue = commands.map((command) => ({
    command: command.name,
    type: command['arg-type'],
    wrap: (value) => ({ ...value, [UNEXPECTED]: 1 }),
  }));
  for (const object of queue) visit(object);
  return found;

  function visit({ command, type, wrap }) {
    const entry = schema.get(type);
    if (!seen.has(type)) {
      seen.add(type);
      for (const member of entry.members) {
        const put = (value) => wrap({ ...build(type), [member.name]: value });
        look({
          owner: type,
          name: member.name,
          type: member.type,
          command,
          put,
          optional: 'default' in member,
        });
      }
    }
    for (const variant of entry.variants ?? []) {
      if (seen.has(variant.type)) continue;
      const chosen = { [entry.tag]: variant.case };
      queue.push({
        command,
        type: variant.type,
        wrap: (value) => wrap({ ...build(type, chosen), ...value }),
      });
    }
  }

  /** Notes a place, and what lies beneath it. */
  function look(place) {
    found.push(place);
    beneath(place.type, place.put, place);
  }

  function beneath(type, put, place) {
    const entry = schema.get(type);
    if (entry['meta-type'] === 'object') queue.push({ command: place.command, type, wrap: put });
    if (entry['meta-type'] === 'array') beneath(entry['element-type'], (value) => put([value]), place);
    if (entry['meta-type'] === 'alternate' && !seen.has(type)) {
      seen.add(type);
      entry.members.forEach((branch, index) =>
        look({ owner: type, name: index, type: branch.type, command: place.command, put }),
      );
    }
  }
}

/** Arguments of a command with as little as it takes. */
export function leastArguments(entries, command) {
  return builder(indexSchema(entries))(command['arg-type']);
}

/** Builds the least that QEMU takes for an object type, with the given members in it. */
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
  const object = (type, fixed = {}, path = []) => {
    const entry = schema.get(type);
    const result = { ...fixed };
    for (const member of entry.members) {
      if (!('default' in member) && !(member.name in result)) result[member.name] = value(member.type, path);
    }
    const variant = entry.variants?.find((candidate) => candidate.case === result[entry.tag]);
    return variant ? { ...object(variant.type, {}, path), ...result } : result;
  };
  return object;
}
