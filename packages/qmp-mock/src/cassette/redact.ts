import { redactMessage } from 'qmp-core/redact';
import type { JsonObject } from 'qmp-core/wire';

export { REDACTED } from 'qmp-core/redact';

/**
 * Takes secrets out of a message before it is written, beyond those that are always taken out: gives the
 * message to write, which may be the one it got. It gets a whole message of the wire, without its id, and is
 * called for what is recorded and for what is compared with a recording.
 *
 * @example
 * const redact: Redact = (message) =>
 *   message.execute === 'x-login' ? { ...message, arguments: { pin: REDACTED } } : message
 */
export type Redact = (message: JsonObject) => JsonObject;

/** A command as it stands in a cassette. */
export function redactRequest(message: JsonObject, own: Redact | undefined): JsonObject {
  const shown = redactMessage(message);
  return own === undefined ? shown : own(shown);
}
