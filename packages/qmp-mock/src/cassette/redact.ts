import type { JsonObject, JsonValue } from 'qmp-core/wire';
import { mapMembers } from './volatile.ts';

/** What stands for something that nobody is to read. On replay it matches any text. */
export const REDACTED = '${redacted}';

/**
 * Takes secrets out of a message before it is written: gives the message to write, which may be the one it got. It gets
 * a whole message of the wire, without its id, and is called for what is recorded and for what is compared with a recording.
 *
 * @example
 * const redact: Redact = (message) =>
 *   message.execute === 'vnc-login' ? { ...message, arguments: { token: REDACTED } } : message
 */
export type Redact = (message: JsonObject) => JsonObject;

/** Members that hold a password, whatever the command. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set(['password', 'passphrase', 'key-secret-data']);

/** What is always redacted: passwords, and the data of `object-add` for a secret. */
export function redactSecrets(message: JsonObject): JsonObject {
  return mapMembers(message, (value, key) => (key === 'arguments' ? redactArguments(value) : value));
}

function redactArguments(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(redactArguments);
  const type = value['qom-type'];
  const isSecret = typeof type === 'string' && type.startsWith('secret');
  return mapMembers(value, (inner, key) => {
    const hidden = SECRET_MEMBERS.has(key) || (isSecret && key === 'data');
    return hidden && typeof inner === 'string' ? REDACTED : redactArguments(inner);
  });
}
