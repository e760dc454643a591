import type { JsonLimits } from '../json/limits.ts';
import type { QValue } from '../json/value.ts';
import type { QemuProfile } from '../profile.ts';
import type { CommandCall, CommandHost } from './command-host.ts';
import type { OutgoingMessage } from './messages.ts';

/** Input: a JSON value of any kind, or QEMU's text for input that couldn't be parsed. */
export type IncomingItem =
  | { readonly value: QValue; readonly error: undefined }
  | { readonly value: undefined; readonly error: string };

/** An observer of messages. */
export interface SessionObserver {
  /** Called for each input, which is handled next or queued. */
  onReceive?(item: IncomingItem): void;
  /** Called for each message that goes out. */
  onSend?(message: OutgoingMessage): void;
}

/**
 * A function between a session and its chardev. It gets each message and writes it with `write`: as it is
 * (`write()`), changed, in parts, later, or not at all. It may return a promise if `write` comes later, so
 * that actions after the reply wait for it.
 */
export type Transmit = (
  message: OutgoingMessage,
  write: (data?: string | Uint8Array) => void,
) => void | Promise<void>;

/** Options of a `MonitorSession`. */
export interface MonitorSessionOptions {
  /** The QEMU version to imitate. */
  readonly profile: QemuProfile;
  /** Runs the commands. */
  readonly host: CommandHost;
  /** Takes output to the client. Strings are ASCII. One call can hold several messages. */
  readonly output: (data: string | Uint8Array) => void;
  /** Called once, when the client has ended its half and everything that it sent has been answered. */
  readonly close?: (() => void) | undefined;
  /** Whether to spread messages over several lines, as with `pretty=on`. Default false. */
  readonly pretty?: boolean | undefined;
  /** Whether to offer out-of-band execution. Default true, as on every usual chardev. */
  readonly oobOffered?: boolean | undefined;
  /** Limits of the JSON parser. Default: QEMU's. */
  readonly limits?: Partial<JsonLimits> | undefined;
  /** Called when the chardev should stop reading (`true`) and when it may go on (`false`). */
  readonly onPause?: ((paused: boolean) => void) | undefined;
  /** An observer of messages. */
  readonly observer?: SessionObserver | undefined;
  /** A function between the session and `output`. */
  readonly transmit?: Transmit | undefined;
  /**
   * Called if the host threw, or rejected with, something that isn't a `QmpCommandError`. The client gets a
   * `GenericError` in any case.
   */
  readonly onHostError?: ((error: unknown, call: CommandCall) => void) | undefined;
}
