/** A JSON value as this package gives it: integers beyond ±(2^53−1) are `bigint`, all others `number`. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

/** A JSON object. Its members are own properties, `__proto__` among them: no key can reach a prototype. */
export interface JsonObject {
  [key: string]: JsonValue;
}
