import { parseJson } from 'qmp-core/wire';

/** Reads an option of the form `name,key=value,…`, or of JSON: values as text, nested keys with dots. */
export function optionValues(argument: string, implied: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (argument.trimStart().startsWith('{')) {
    try {
      flatten(parseJson(argument), '', values);
    } catch {
      // Invalid JSON was refused before.
    }
    return values;
  }
  for (const [index, part] of splitAtCommas(argument).entries()) {
    const at = part.indexOf('=');
    if (at >= 0) values.set(part.slice(0, at), part.slice(at + 1));
    else if (index === 0) values.set(implied, part);
    else values.set(part.replace(/^no/, ''), part.startsWith('no') ? 'off' : 'on');
  }
  return values;
}

/** A comma that is written twice is a part of the value. */
function splitAtCommas(argument: string): string[] {
  return argument
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','));
}

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    into.set(path, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));
    return;
  }
  for (const [key, member] of Object.entries(value))
    flatten(member, path === '' ? key : `${path}.${key}`, into);
}
