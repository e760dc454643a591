import { notModelled } from '../../engine/not-modelled.ts';

const GROUPS = 8;

/** An IPv6 address as a number, or `undefined` if the text isn't one (`inet_pton`). */
export function parseIpv6(text: string): bigint | undefined {
  if (text.includes(':') && text.includes('.') && /^[\da-f:.]+$/i.test(text))
    notModelled(`the address ${text}`);
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  if (before === undefined || after === undefined) return undefined;
  const missing = GROUPS - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => 0), ...after];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
}

/** The bits of an address that name its network. */
export function prefixOf(address: bigint, length: number): bigint {
  return address >> BigInt(128 - length);
}

function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  if (groups.some((group) => !/^[\da-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}
