/**
 * JSON values as QEMU keeps them. QEMU tells integers from floating-point numbers (`1` from `1.0`) and keeps
 * the order in which members came, which decides their order in print if two share a hash bucket.
 */
export type QValue = null | boolean | string | number | bigint | QFloat | QValue[] | QDict;

/**
 * A number that was written, or is to be printed, as floating point. A plain `number` in a {@link QValue}
 * is an integer within ±(2^53−1); a `bigint` is an integer beyond that.
 */
export class QFloat {
  /** The number itself. */
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A JSON object: members in the order in which they came. */
export class QDict extends Map<string, QValue> {}
