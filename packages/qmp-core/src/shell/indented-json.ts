import { stringifyJson } from '../wire/stringify-json.ts';

/** Columns that a value may take and still stay on one line. */
const WIDTH = 72;

/**
 * Prints a value as JSON for people: short arrays and objects on one line, the others with a member a line.
 * Integers are exact.
 *
 * @example
 * indentedJson({ status: 'running', running: true }) // '{ "status": "running", "running": true }'
 */
export function indentedJson(value: unknown, indent: string = ''): string {
  if (typeof value !== 'object' || value === null) return stringifyJson(value);
  const line = oneLine(value);
  if (indent.length + line.length <= WIDTH) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${inner}${indentedJson(item, inner)}`).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${inner}${JSON.stringify(key)}: ${indentedJson(member, inner)}`,
  );
  return `{\n${members.join(',\n')}\n${indent}}`;
}

/** The whole value on one line, with spaces where people put them. */
export function oneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return stringifyJson(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
