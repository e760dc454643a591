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

/** Options of {@link QmpClient.connect}, {@link QmpClient.over} and {@link QmpListener.accept}. */
export interface QmpConnectOptions {
  /**
   * Read the greeting and negotiate capabilities; default true. With `false` the client neither sends nor
   * waits for anything: for the guest agent, or for a test that wants to see the negotiation itself.
   */
  negotiate?: boolean | undefined;
  /**
   * Deadline in ms for dialling, greeting and negotiation together; default 15 000, `null` for no deadline.
   */
  timeout?: number | null | undefined;
  /** Gives up connecting: the call rejects with the signal's `reason`, and doesn't leave a socket behind. */
  signal?: AbortSignal | undefined;
  /**
   * Negotiate out-of-band execution if the monitor offers it; default false. If it doesn't, connecting
   * succeeds all the same: `client.oob` tells, and `execute(…, { oob: true })` rejects with a
   * `QmpStateError`.
   */
  oob?: boolean | undefined;
  /** Timer functions for the deadlines of this client, this one included. Default: the system's time. */
  clock?: QmpClock | undefined;
  /**
   * Called with every message: `out` for sent ones, `in` for received ones. Errors that it throws are
   * ignored.
   */
  onMessage?: MessageHook | undefined;
  /**
   * Number of events that the history keeps. Beyond that the oldest is dropped and counted. Default 10 000.
   */
  eventHistory?: number | undefined;
  /**
   * Longest accepted message in bytes; default 64 MiB. A longer one ends the connection with a
   * `QmpLimitError`.
   */
  maxMessageSize?: number | undefined;
  /**
   * Deepest accepted nesting of a message; default 1024. A deeper one ends the connection with a
   * `QmpLimitError`.
   */
  maxDepth?: number | undefined;
}

/** Options of {@link QmpClient.execute}. */
export interface QmpExecuteOptions {
  /**
   * Deadline in ms for the reply; default `client.timeout`, `null` for no deadline. A later reply is dropped.
   */
  timeout?: number | null | undefined;
  /** Gives up: rejects with the signal's `reason`. QEMU still runs a command that was already sent. */
  signal?: AbortSignal | undefined;
  /** An id of your own: any JSON value. Default: the client numbers its requests. */
  id?: unknown;
  /** Run it out of band, ahead of the commands in the queue; needs the capability (`oob` when connecting). */
  oob?: boolean | undefined;
}

/** Options of {@link QmpClient.waitForEvent}. */
export interface QmpWaitOptions {
  /** Deadline in ms. Default: no deadline. */
  timeout?: number | null | undefined;
  /** Gives up: rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** Pattern for the event's `data`: at least these members, at every depth; see {@link Pattern}. */
  match?: Pattern;
  /** Mark of the same client that limits the look-back. Default: the whole history. */
  since?: number | undefined;
}

/** Options of {@link QmpClient.pullEvent} and {@link QmpClient.drainEvents}. */
export interface QmpPullOptions {
  /**
   * Time in ms to wait if every event has been read. 0 (the default) doesn't wait; `Infinity` waits until the
   * connection ends.
   */
  timeout?: number | undefined;
  /** Gives up: rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
}

/** Options of {@link QmpClient.send}. */
export type QmpSendOptions = Pick<QmpExecuteOptions, 'timeout' | 'signal'>;

/**
 * Options of {@link QmpClient.executeAndWait}. Deadline and signal cover the command and the wait together.
 */
export type QmpExecuteAndWaitOptions = QmpExecuteOptions & Omit<QmpWaitOptions, 'since'>;

/** Options of {@link QmpClient.events}. */
export interface QmpEventsOptions {
  /** Ends the iteration: a pending `next()` rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
}

// Rules for each option.

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
