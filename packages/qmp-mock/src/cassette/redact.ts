import { redactMessage } from 'qmp-core/redact';
import type { JsonObject } from 'qmp-core/wire';

export { REDACTED } from 'qmp-core/redact';

/**
 * A function that takes further secrets out of a message before it is written. It gets a whole message
 * without its id, and returns the message to write, which may be the same object. It is called for recorded
 * messages, and for messages that are compared with a recording.
 *
 * @example
 * const redact: Redact = (message) =>
 *   message.execute === 'x-login' ? { ...message, arguments: { pin: REDACTED } } : message
 */
export type Redact = (message: JsonObject) => JsonObject;

/** Redacts a command for a cassette. */
export function redactRequest(message: JsonObject, own: Redact | undefined): JsonObject {
  const shown = redactMessage(message);
  return own === undefined ? shown : own(shown);
}
