/**
 * Redaction for reports, logs and recordings: text without secrets and without control characters.
 *
 * @module
 */
import type { JsonObject } from '../wire/json-value.ts';
import { hide } from './hide.ts';
import * as message from './message.ts';

export { REDACTED } from './table.ts';
export { Redactor } from './redactor.ts';
export { redactText } from './text.ts';
export { visible } from './visible.ts';

/**
 * Takes secrets out of a message of QMP or of the guest agent. It finds them by their place in the message,
 * and remembers nothing.
 *
 * @param wire - A request, reply, event or greeting. It isn't changed.
 * @param request - The command that it answers, if known: `qom-get` returns the data of a secret bare.
 * @returns A copy of the message with {@link REDACTED} in the place of each secret.
 * @example
 * redactMessage({ execute: 'change-vnc-password', arguments: { password: 'hunter2' } })
 * // { execute: 'change-vnc-password', arguments: { password: '${redacted}' } }
 */
export function redactMessage(wire: JsonObject, request?: JsonObject): JsonObject {
  return message.redactMessage(wire, request, hide);
}
