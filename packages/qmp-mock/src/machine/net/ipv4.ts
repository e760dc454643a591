import { notModelled } from '../../engine/not-modelled.ts';

const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
/** Other forms that the C library takes for an address: fewer parts, octal and hexadecimal ones. */
const ODD = /^(0x[\da-f]+|\d+)(\.(0x[\da-f]+|\d+)){0,3}$/i;

/** An IPv4 address as a number, or `undefined` if the text isn't one (`inet_aton`). */
export function addressOf(text: string): number | undefined {
  const [, ...parts] = DOTTED.exec(text) ?? [];
  const isPlain = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d*)$/.test(part));
  if (isPlain) {
    if (parts.some((part) => Number(part) > 255)) return undefined;
    return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
  }
  return ODD.test(text) && parts.length === 0 ? notModelled(`the address ${text}`) : undefined;
}

/** An address as QEMU prints it. */
export function showAddress(address: number): string {
  return [24, 16, 8, 0].map((bits) => (address >>> bits) & 255).join('.');
}

/** An address of a network: its first one, and some bits of the rest. */
export function within(network: number, mask: number, rest: number): number {
  return (network | (rest & ~mask)) >>> 0;
}

/** The first address of the network that an address is in. */
export function networkOf(address: number, mask: number): number {
  return (address & mask) >>> 0;
}

/** Whether an address is one of a group of hosts. */
export function isMulticast(address: number): boolean {
  return address >= 0xe0_00_00_00 && address < 0xf0_00_00_00;
}
