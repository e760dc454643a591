/**
 * Values as QEMU's JSON has them. JavaScript cannot tell `1.0` from `1`, loses digits of wide integers, and
 * has names that an object cannot have: so floating point is a {@link Float}, an integer a `bigint`, and an
 * object a `Map`.
 */
export type WireValue = null | boolean | bigint | string | Float | WireValue[] | WireObject;

/** An object: any names, in their order. */
export type WireObject = Map<string, WireValue>;

/** A number that is written as floating point. */
export class Float {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The JSON text of a value. */
export function toText(value: WireValue): string {
  if (value instanceof Map)
    return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${toText(member)}`).join(',')}}`;
  if (Array.isArray(value)) return `[${value.map((item) => toText(item)).join(',')}]`;
  if (value instanceof Float) return value.text;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** A value as plain data, as a program would hand it over; members named `__proto__` are members. */
export function toPlain(value: WireValue): unknown {
  if (value instanceof Map) {
    const plain: Record<string, unknown> = Object.create(null);
    for (const [name, member] of value) plain[name] = toPlain(member);
    return plain;
  }
  if (Array.isArray(value)) return value.map((item) => toPlain(item));
  // There is no text of an infinity.
  return value instanceof Float ? Math.min(Number(value.text), Number.MAX_VALUE) : value;
}
