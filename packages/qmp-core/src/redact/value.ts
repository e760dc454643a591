import type { JsonValue } from '../wire/json-value.ts';
import type { Hide } from './hide.ts';
import { canBeSecret, isSecretName, OF_SECRET_OBJECTS } from './table.ts';
import { redactText } from './text.ts';

/**
 * Copies a JSON value without its secrets. Members keep their order, and any member name is safe. Parts that
 * aren't JSON, such as a RegExp or a matcher in an expectation, stay as they are.
 */
export function redactValue(value: JsonValue, hide: Hide): JsonValue {
  return redactMembers(value, hide, false);
}

function redactMembers(value: JsonValue, hide: Hide, inSecretObject: boolean): JsonValue {
  if (typeof value === 'string') return redactText(value, hide);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => redactMembers(element, hide, false));
  if (!isPlain(value)) return value;
  const type = Object.hasOwn(value, 'qom-type') ? value['qom-type'] : undefined;
  // Before QEMU 6.0 the properties of an object were in `props`.
  const isSecretObject = inSecretObject || (typeof type === 'string' && type.startsWith('secret'));
  // `qom-list-get` of QEMU 11 names a property in one member, and has its value in another.
  const property = Object.hasOwn(value, 'name') ? value['name'] : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isSecret =
        isSecretName(name) ||
        (isSecretObject && OF_SECRET_OBJECTS.has(name)) ||
        (name === 'value' && typeof property === 'string' && isSecretProperty(property));
      return [
        name,
        isSecret ? hideScalar(inner, hide) : redactMembers(inner, hide, isSecretObject && name === 'props'),
      ];
    }),
  );
}

/** Whether an object is a plain one. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a QOM property with this name may hold a secret, whatever object has it. */
export function isSecretProperty(name: string): boolean {
  return isSecretName(name) || OF_SECRET_OBJECTS.has(name);
}

/** Hides a value that can be a secret: a text or a number. Others are searched. */
export function hideScalar(value: JsonValue, hide: Hide): JsonValue {
  if (typeof value === 'string') return canBeSecret(value) ? hide(value) : value;
  if (typeof value === 'number' || typeof value === 'bigint') return hide(String(value));
  return redactMembers(value, hide, false);
}
