import { parseJson } from './wire/parse-json.ts';
import { stringifyJson } from './wire/stringify-json.ts';

/** An id in a form that a `Map` finds again: a number for a short one, a text for every other. */
export type IdKey = number | string;

/** The key of an id that came with a reply. */
export function idKey(id: unknown): IdKey {
  const value = typeof id === 'bigint' ? fit(id) : id;
  return typeof value === 'number' ? value : canonical(value);
}

/**
 * The key and the text of an id that is to be sent; any JSON value will do.
 *
 * @throws TypeError if it cannot be written as JSON.
 */
export function encodeId(id: unknown): { key: IdKey; text: string } {
  const text = stringifyJson(id);
  // Through the text, because the echo comes back that way: 2 ** 60 as a bigint, a Date as a string.
  return { key: idKey(parseJson(text)), text };
}

/** QEMU keeps an integer beyond 64 bits as a double. */
const fit = (id: bigint): number | bigint => (id >= -(2n ** 63n) && id < 2n ** 64n ? id : Number(id));

/** QEMU prints the members of an object in an order of its own, so the key sorts them. */
function canonical(id: unknown): string {
  if (typeof id === 'bigint') return String(fit(id));
  if (typeof id !== 'object' || id === null) return JSON.stringify(id);
  if (Array.isArray(id)) return `[${id.map(canonical).join(',')}]`;
  const members = Object.entries(id).map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`);
  return `{${members.toSorted().join(',')}}`;
}
