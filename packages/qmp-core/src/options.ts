import type { QmpClock } from './clock.ts';
import {
  ANYTHING,
  BOOLEAN,
  countFrom,
  FUNCTION,
  numberFrom,
  objectWith,
  SIGNAL,
  TIMEOUT,
  type OptionRules,
} from './option-rules.ts';
import type { Pattern } from './matching/index.ts';
import type { MessageHook } from './wire-log.ts';

/** Default of `timeout` for connecting, in ms. */
export const DEFAULT_CONNECT_TIMEOUT = 15_000;

/** Default of `eventHistory`. */
export const DEFAULT_EVENT_HISTORY = 10_000;

/** What a client may be told when it is made. */
export interface QmpConnectOptions {
  /**
   * Read the greeting and negotiate capabilities; default true. With false nothing is sent and nothing is
   * waited for: for the guest agent, or for a test that wants to see the negotiation itself.
   */
  negotiate?: boolean | undefined;
  /** Deadline in ms for dialling, greeting and negotiation together; default 15 000, `null` for none. */
  timeout?: number | null | undefined;
  /** Gives up connecting: the call rejects with the signal's `reason`, and no socket is left. */
  signal?: AbortSignal | undefined;
  /**
   * Negotiate out-of-band execution where the monitor offers it; default false. Where it does not, connecting
   * succeeds all the same: `client.oob` tells, and `execute(…, { oob: true })` rejects with a `QmpStateError`.
   */
  oob?: boolean | undefined;
  /** Where the deadlines of this client take their time from, this one included; default: the system's time. */
  clock?: QmpClock | undefined;
  /** Sees every message: `out` for what is sent, `in` for what comes. What it throws is ignored. */
  onMessage?: MessageHook | undefined;
  /** How many events the history keeps; the oldest is dropped, and counted, beyond. Default 10 000. */
  eventHistory?: number | undefined;
  /** Longest message in bytes that is accepted; default 64 MiB. A longer one ends the connection with a `QmpLimitError`. */
  maxMessageSize?: number | undefined;
  /** Deepest nesting that is accepted in a message; default 1024. Deeper ends the connection with a `QmpLimitError`. */
  maxDepth?: number | undefined;
}

/** What may be said of one command. */
export interface QmpExecuteOptions {
  /** Deadline in ms for the reply; default `client.timeout`, `null` for none. A later reply is dropped. */
  timeout?: number | null | undefined;
  /** Gives the command up: rejects with the signal's `reason`. QEMU runs it nevertheless if it was sent. */
  signal?: AbortSignal | undefined;
  /** An id of your own: any JSON value. Without it the client counts. */
  id?: unknown;
  /** Run it out of band, ahead of the commands in the queue; needs the capability (`oob` when connecting). */
  oob?: boolean | undefined;
}

/** What may be said of waiting for an event. */
export interface QmpWaitOptions {
  /** Deadline in ms; default none. */
  timeout?: number | null | undefined;
  /** Gives up: rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** What the event's `data` has to match: at least these members, deep; see {@link Pattern}. */
  match?: Pattern;
  /** Look back no further than this mark of the same client; default: the whole history. */
  since?: number | undefined;
}

/** What may be said of reading the event queue. */
export interface QmpPullOptions {
  /** How long to wait in ms when there is nothing: 0 (the default) not at all, `Infinity` until the connection ends. */
  timeout?: number | undefined;
  /** Gives up: rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
}

/** What may be said of sending a raw request. */
export type QmpSendOptions = Pick<QmpExecuteOptions, 'timeout' | 'signal'>;

/** What may be said of a command and the wait for its event: deadline and signal are for both together. */
export type QmpExecuteAndWaitOptions = QmpExecuteOptions & Omit<QmpWaitOptions, 'since'>;

/** What may be said of iterating over events. */
export interface QmpEventsOptions {
  /** Ends the iteration: the `next()` that waits rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
}

// What each of them has to be.

export const CONNECT_OPTIONS: OptionRules<QmpConnectOptions> = {
  negotiate: BOOLEAN,
  timeout: TIMEOUT,
  signal: SIGNAL,
  oob: BOOLEAN,
  clock: objectWith('a clock with setTimeout and clearTimeout', 'setTimeout', 'clearTimeout'),
  onMessage: FUNCTION,
  eventHistory: countFrom(0),
  maxMessageSize: countFrom(1),
  maxDepth: countFrom(1),
};

export const SEND_OPTIONS: OptionRules<QmpSendOptions> = { timeout: TIMEOUT, signal: SIGNAL };

export const EXECUTE_OPTIONS: OptionRules<QmpExecuteOptions> = {
  ...SEND_OPTIONS,
  id: ANYTHING,
  oob: BOOLEAN,
};

export const WAIT_OPTIONS: OptionRules<QmpWaitOptions> = {
  ...SEND_OPTIONS,
  match: ANYTHING,
  since: numberFrom(0),
};

export const EXECUTE_AND_WAIT_OPTIONS: OptionRules<QmpExecuteAndWaitOptions> = {
  ...EXECUTE_OPTIONS,
  match: ANYTHING,
};

export const PULL_OPTIONS: OptionRules<QmpPullOptions> = { ...SEND_OPTIONS };

export const EVENTS_OPTIONS: OptionRules<QmpEventsOptions> = { signal: SIGNAL };
