/**
 * A QMP client: connect to a QEMU monitor, or listen and let QEMU dial in.
 *
 * @module
 */
export { QmpClient } from './client.ts';
export { QmpListener } from './listener.ts';
export * from './errors.ts';
export type {
  QmpConnectOptions,
  QmpEventsOptions,
  QmpExecuteAndWaitOptions,
  QmpExecuteOptions,
  QmpPullOptions,
  QmpSendOptions,
  QmpWaitOptions,
} from './options.ts';
export type { QmpAddress, QmpAddressInput, QmpTls } from './address.ts';
export type { BoundAddress } from './transport/bind.ts';
export type { QmpClock } from './clock.ts';
export type { EventMark } from './events.ts';
export type { MessageDirection, MessageHook } from './wire-log.ts';
export type { JsonObject, JsonValue } from './wire/json-value.ts';
export type { QmpEvent, QmpGreeting, QmpReply, QmpRequest } from './wire/messages.ts';
export { exactly, matches, type Exactly, type Pattern } from './matching/index.ts';
export type * from './qapi/schema.ts';
export type { DefaultQapi } from './qapi/default.ts';
