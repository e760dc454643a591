/**
 * Every place at which QEMU's schema takes a value from a client, and a request that puts one there.
 *
 * All other members of the request are good, and one more, {@link UNEXPECTED}, is refused after all others:
 * so the answer is about that value, and no command ever runs.
 */
import type { CommandInfo, Schema } from '../engine/schema/schema.ts';

export const UNEXPECTED = 'zz-unexpected';

/** QEMU's refusal if everything else is valid. */
export const UNEXPECTED_TEXT: string = `Parameter '${UNEXPECTED}' is unexpected`;

type JsonObject = Record<string, unknown>;

/** A place for a value. */
export interface Place {
  /** The object type that has the member, or the alternate that has the branch. */
  readonly owner: string;
  /** The member, or the number of the branch. */
  readonly name: string | number;
  /** The type that belongs there. */
  readonly type: string;
  readonly command: string;
  /** The arguments of the command with a value in that place. */
  readonly put: (value: unknown) => JsonObject;
}

/** An object type that is come upon, and the way to it. */
interface Step {
  readonly command: string;
  readonly type: string;
  readonly wrap: (value: JsonObject) => JsonObject;
}

/** The places that can be reached from the arguments of the commands, each once, by the shortest way. */
export function places(schema: Schema, commands: readonly CommandInfo[]): Place[] {
  const found: Place[] = [];
  const seen = new Set<string>();
  // Breadth first: the shortest way to an object has the fewest mandatory members that could get in the way.
  const queue: Step[] = commands.map((command) => ({
    command: command.name,
    type: command.argType,
    wrap: (value) => ({ ...value, [UNEXPECTED]: 1 }),
  }));
  for (const step of queue) visit(step);
  return found;

  function visit({ command, type, wrap }: Step): void {
    const entry = schema.objectType(type);
    if (!seen.has(type)) {
      seen.add(type);
      for (const member of entry.members) {
        const put = (value: unknown): JsonObject =>
          wrap({ ...leastObject(schema, type), [member.name]: value });
        look({ owner: type, name: member.name, type: member.type, command, put });
      }
    }
    for (const variant of entry.variants ?? []) {
      if (seen.has(variant.type)) continue;
      const chosen = { [entry.tag!]: variant.case };
      queue.push({
        command,
        type: variant.type,
        wrap: (value) => wrap({ ...leastObject(schema, type, chosen), ...value }),
      });
    }
  }

  /** Notes a place, and what lies beneath it. */
  function look(place: Place): void {
    found.push(place);
    beneath(place.type, place.put, place.command);
  }

  function beneath(type: string, put: (value: unknown) => JsonObject, command: string): void {
    const entry = schema.type(type);
    if (entry['meta-type'] === 'object') queue.push({ command, type, wrap: put });
    if (entry['meta-type'] === 'array') beneath(entry['element-type'], (value) => put([value]), command);
    if (entry['meta-type'] === 'alternate' && !seen.has(type)) {
      seen.add(type);
      for (const [name, branch] of entry.members.entries())
        look({ owner: type, name, type: branch.type, command, put });
    }
  }
}

/** Arguments of a command with as little as it takes. */
export function leastArguments(schema: Schema, command: CommandInfo): JsonObject {
  return leastObject(schema, command.argType);
}

/** The least that QEMU takes for an object type, with the given members in it. */
function leastObject(
  schema: Schema,
  type: string,
  fixed: JsonObject = {},
  path: readonly string[] = [],
): JsonObject {
  const entry = schema.objectType(type);
  const result = { ...fixed };
  for (const member of entry.members) {
    if (!('default' in member) && !(member.name in result))
      result[member.name] = leastValue(schema, member.type, path);
  }
  const variant = entry.variants?.find((candidate) => candidate.case === result[entry.tag!]);
  return variant === undefined ? result : { ...leastObject(schema, variant.type, {}, path), ...result };
}

const BUILTIN: JsonObject = { string: 'x', int: 1, number: 1, boolean: true, null: null, value: 1 };

function leastValue(schema: Schema, type: string, path: readonly string[]): unknown {
  const entry = schema.type(type);
  switch (entry['meta-type']) {
    case 'builtin':
      return BUILTIN[entry['json-type']];
    case 'enum':
      return entry.values[0];
    case 'array':
      return [];
    case 'alternate': {
      // A branch that is not an object ends the recursion (a block device by its name).
      const plain = entry.members.find((branch) => schema.type(branch.type)['meta-type'] !== 'object');
      return leastValue(schema, (plain ?? entry.members[0]!).type, path);
    }
    default:
      if (path.includes(type)) throw new Error(`no end to ${[...path, type].join(' > ')}`);
      return leastObject(schema, type, {}, [...path, type]);
  }
}
