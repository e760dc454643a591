import { encode } from './utf8.ts';

/**
 * The order in which QEMU walks the members of an object, and so prints and checks them.
 *
 * QEMU keeps an object in a table of 512 buckets (`qobject/qdict.c`) and walks it bucket by bucket. For a key
 * of n bytes c₀ c₁ … the bucket is, in unsigned 32-bit arithmetic:
 *
 * ```text
 * v      = 0x238F13AF · n  +  Σ  cᵢ << ((5·i) mod 24)
 * bucket = (1103515243 · v + 12345) mod 512
 * ```
 *
 * A member is put at the head of its bucket, so of two that share one the latest comes first.
 */
const BUCKETS = 512;

function computeBucket(key: string): number {
  const bytes = encode(key);
  let value = Math.imul(0x238f13af, bytes.length);
  let shift = 0;
  for (const byte of bytes) {
    value = (value + (byte << shift)) | 0;
    shift = (shift + 5) % 24;
  }
  return (Math.imul(1103515243, value) + 12345) & (BUCKETS - 1);
}

/**
 * Buckets of the keys seen lately. Keys come from the peer too, so the memory is bounded in count and size.
 */
const known = new Map<string, number>();
const KNOWN_MAX = 4096;
const KNOWN_KEY_MAX = 128;

/** The bucket (0 to 511) of a member name. */
export function bucketOf(key: string): number {
  const found = known.get(key);
  if (found !== undefined) return found;
  const bucket = computeBucket(key);
  if (key.length <= KNOWN_KEY_MAX) {
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(key, bucket);
  }
  return bucket;
}

/** Up to so many members, insertion sort beats building pairs for the general sort. */
const SMALL = 16;

/**
 * Sorts member names from the order in which they were added to the order in which QEMU walks them, in place.
 *
 * @returns The same array.
 * @example
 * sortMembers(['seconds', 'microseconds']) // as QEMU prints a timestamp
 */
export function sortMembers(keys: string[]): string[] {
  const count = keys.length;
  if (count < 2) return keys;
  if (count > SMALL) {
    const ranked = keys.map((key, added) => ({ key, bucket: bucketOf(key), added }));
    ranked.sort((a, b) => a.bucket - b.bucket || b.added - a.added);
    for (let i = 0; i < count; i++) keys[i] = ranked[i]!.key;
    return keys;
  }
  for (let i = 1; i < count; i++) {
    const key = keys[i]!;
    const bucket = bucketOf(key);
    let j = i - 1;
    // ">=" moves a later key before an earlier one of the same bucket.
    while (j >= 0 && bucketOf(keys[j]!) >= bucket) {
      keys[j + 1] = keys[j]!;
      j--;
    }
    keys[j + 1] = key;
  }
  return keys;
}
