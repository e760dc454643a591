/**
 * The introspection schema as a file: QEMU's own text of every entry, one entry a line, so that a new version is
 * a readable diff and the reply to `query-qmp-schema` can be put together again byte for byte.
 */

/** Text of `schema.json` from the text of the reply to `query-qmp-schema`. */
export function schemaFile(replyText) {
  return `[\n${splitItems(replyText.slice('{"return": '.length, -1)).join(',\n')}\n]\n`;
}

/** Texts of the items of a JSON array, as they are. */
export function splitItems(array) {
  const items = [];
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

/** Entries of the schema by name. */
export function indexSchema(entries) {
  return new Map(entries.map((entry) => [entry.name, entry]));
}

/**
 * Makes sure of what the mock takes for granted: `query-commands` has the order of the schema, backwards, with
 * commands that are registered by hand first.
 */
export function checkCommandOrder(reply, entries, unchecked) {
  const names = entries.filter((entry) => entry['meta-type'] === 'command').map((entry) => entry.name);
  const expected = [...unchecked, ...names.filter((name) => !unchecked.includes(name)).toReversed()];
  const actual = reply.message.return.map((command) => command.name);
  const at = actual.findIndex((name, index) => name !== expected[index]);
  if (at >= 0 || actual.length !== expected.length) {
    throw new Error(`query-commands has ${actual[at]} at ${at}, where the schema says ${expected[at]}`);
  }
}
