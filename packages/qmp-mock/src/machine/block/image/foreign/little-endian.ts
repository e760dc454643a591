/** Little-endian numbers in bytes, as the formats of other programs store them. */

/** Reads 16 bits. */
export function le16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** Reads 32 bits. */
export function le32(bytes: Uint8Array, at: number): number {
  return le16(bytes, at) + le16(bytes, at + 2) * 65_536;
}

/** Reads 64 bits. A number above 2^53 loses its lowest bits: it's beyond every limit all the same. */
export function le64(bytes: Uint8Array, at: number): number {
  return le32(bytes, at) + le32(bytes, at + 4) * 2 ** 32;
}
