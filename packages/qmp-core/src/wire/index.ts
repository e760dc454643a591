/**
 * The wire: bytes to messages and back, without I/O.
 *
 * @module
 */
export {
  DEFAULT_MAX_DEPTH,
  DEFAULT_MAX_MESSAGE_SIZE,
  JsonFramer,
  type JsonFramerOptions,
  type MessageSink,
} from './framing.ts';
export type { JsonObject, JsonValue } from './json-value.ts';
export {
  greetingFault,
  kindOf,
  type MessageKind,
  type QmpEvent,
  type QmpGreeting,
  type QmpReply,
  type QmpRequest,
} from './messages.ts';
export { parseJson } from './parse-json.ts';
export { stringifyJson } from './stringify-json.ts';
