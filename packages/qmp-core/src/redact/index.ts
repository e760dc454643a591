/**
 * What may be shown of a machine: text without secrets and without control characters. For reports, logs and
 * recordings.
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
 * Takes secrets out of a message of the wire, of QMP or of the guest agent, by where they stand in it;
 * nothing is remembered.
 *
 * @param message - A request, reply, event or greeting. It is not changed.
 * @param request - The command that it answers, if that is known: `qom-get` returns the data of a secret
 *   bare.
 * @returns A message that has {@link REDACTED} in the place of each secret.
 * @example
 * redactMessage({ execute: 'change-vnc-password', arguments: { password: 'hunter2' } })
 * // { execute: 'change-vnc-password', arguments: { password: '${redacted}' } }
 */
export function redactMessage(wire: JsonObject, request?: JsonObject): JsonObject {
  return message.redactMessage(wire, request, hide);
}
