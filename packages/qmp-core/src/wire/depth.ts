/** The change of the nesting depth by each byte. */
const STEP = new Int8Array(256);
STEP[0x7b] = STEP[0x5b] = 1; // { [
STEP[0x7d] = STEP[0x5d] = -1; // } ]

/** The same for two bytes at once; made when the first long message comes. */
let pairStep: Int8Array | undefined;

function makePairStep(): Int8Array {
  const steps = new Int8Array(65_536);
  for (let pair = 0; pair < 65_536; pair++)
    steps[pair] = (STEP[pair & 255] as number) + (STEP[pair >> 8] as number);
  return steps;
}

/**
 * Whether `bytes[from, to)` may nest deeper than `limit`, judged fast and roughly: brackets inside strings
 * count too. After `true` look closer. A sender can hide depth behind brackets in strings: the limit guards
 * against accidents, and nothing in this package recurses over a received value.
 */
export function mayNestDeeper(bytes: Uint8Array, from: number, to: number, limit: number): boolean {
  if (to - from < 2 * limit) return false;
  pairStep ??= makePairStep();
  const pairs = pairStep;
  let depth = 0;
  let i = from;
  if ((bytes.byteOffset + i) % 2 === 1) depth += STEP[bytes[i++] as number] as number;
  const count = (to - i) >> 1;
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset + i, count);
  for (let k = 0; k < count; k++) {
    depth += pairs[words[k] as number] as number;
    if (depth >= limit) return true;
  }
  return false;
}
