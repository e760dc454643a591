/** The first of the addresses that QEMU gives network cards; the last byte counts up (`net/net.c`). */
const BASE = [0x52, 0x54, 0x00, 0x12, 0x34];
const FIRST = 0x56;
const LAST = 0xff;

/** Addresses of network cards: each gets the lowest that is free. */
export class MacAddresses {
  /** Number of cards that have each. */
  readonly #taken = new Map<number, number>();

  /** The address of a card that was given none. */
  next(): string {
    let index = FIRST;
    while (index < LAST && (this.#taken.get(index) ?? 0) > 0) index += 1;
    return [...BASE, index].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  }

  /** A card has come with an address of its own, or with one that it got. */
  take(mac: string): void {
    this.#count(mac, 1);
  }

  /** A card has gone. */
  free(mac: string): void {
    this.#count(mac, -1);
  }

  #count(mac: string, by: number): void {
    const bytes = mac.split(':').map((part) => Number.parseInt(part, 16));
    const index = bytes[BASE.length];
    if (index === undefined || index < FIRST || BASE.some((byte, at) => byte !== bytes[at])) return;
    this.#taken.set(index, (this.#taken.get(index) ?? 0) + by);
  }
}
