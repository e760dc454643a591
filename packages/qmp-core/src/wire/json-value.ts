/** A JSON value as this package gives it: integers beyond ±(2^53−1) are `bigint`, all others `number`. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

/** A JSON object. Its members are own properties, even `__proto__`: a key can't reach the prototype. */
export interface JsonObject {
  [key: string]: JsonValue;
}
