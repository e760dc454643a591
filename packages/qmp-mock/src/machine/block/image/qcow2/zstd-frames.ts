/** First bytes of a frame of zstd (RFC 8878, "Zstandard Frames"). */
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const CHECKSUM_BYTES = 4;
/** Bytes of the size of the contents, by its flag; 0 stands for one byte in a frame of one segment. */
const SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
/** Type of a block that repeats one byte. */
const RLE = 1;

/**
 * Tells how many bytes the first frame takes: what's behind it is other data, which a decoder would take for
 * another frame, or for a damaged one.
 *
 * @returns 0 if the bytes don't begin with a frame.
 */
export function zstdFrameLength(bytes: Uint8Array): number {
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) return 0;
  return Math.min(frameEnd(bytes), bytes.length);
}

function frameEnd(bytes: Uint8Array): number {
  const descriptor = bytes[MAGIC.length] ?? 0;
  const isOneSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const window = isOneSegment ? 0 : 1;
  const size = isOneSegment && sizeFlag === 0 ? 1 : (SIZE_BYTES[sizeFlag] ?? 0);
  let at = MAGIC.length + 1 + window + (DICTIONARY_BYTES[descriptor & 3] ?? 0) + size;
  for (let isLast = false; !isLast && at < bytes.length;) {
    const header = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    isLast = (header & 1) === 1;
    at += 3 + (((header >> 1) & 3) === RLE ? 1 : header >> 3);
  }
  return at + ((descriptor & 4) === 0 ? 0 : CHECKSUM_BYTES);
}
