import type { JsonLimits } from '../json/limits.ts';
import type { QValue } from '../json/value.ts';
import type { QemuProfile } from '../profile.ts';
import type { CommandCall, CommandHost } from './command-host.ts';
import type { OutgoingMessage } from './messages.ts';

/** Something that came in: a JSON value of any kind, or QEMU's text for what could not be parsed. */
export type IncomingItem =
  | { readonly value: QValue; readonly error: undefined }
  | { readonly value: undefined; readonly error: string };

/** Who is told what passes. */
export interface SessionObserver {
  /** Something came in, and is dealt with next or queued. */
  onReceive?(item: IncomingItem): void;
  /** A message goes out. */
  onSend?(message: OutgoingMessage): void;
}

/**
 * Stands between a session and its chardev. It is given each message and writes it with `write`: as it is (`write()`), changed,
 * in parts, later, or not at all. It may give a promise where `write` comes later, so that what is to happen after the reply waits for it.
 */
export type Transmit = (
  message: OutgoingMessage,
  write: (data?: string | Uint8Array) => void,
) => void | Promise<void>;

/** Options of a `MonitorSession`. */
export interface MonitorSessionOptions {
  /** Which QEMU to be. */
  readonly profile: QemuProfile;
  /** What runs the commands. */
  readonly host: CommandHost;
  /** Takes what goes to the client. Strings are ASCII. One call can hold several messages. */
  readonly output: (data: string | Uint8Array) => void;
  /** Called once, when the client has ended its half and everything that it sent has been answered. */
  readonly close?: (() => void) | undefined;
  /** Messages over several lines, as with `pretty=on`. Default false. */
  readonly pretty?: boolean | undefined;
  /** Whether out-of-band execution is offered. Default true, as on every usual chardev. */
  readonly oobOffered?: boolean | undefined;
  /** Limits of the JSON parser. Default: QEMU's. */
  readonly limits?: Partial<JsonLimits> | undefined;
  /** Called when the chardev should stop reading (`true`) and when it may go on (`false`). */
  readonly onPause?: ((paused: boolean) => void) | undefined;
  /** Who is told what passes. */
  readonly observer?: SessionObserver | undefined;
  /** Stands between the session and `output`. */
  readonly transmit?: Transmit | undefined;
  /**
   * The host broke: it threw, or rejected with, something that is not a `QmpCommandError`. The client is
   * told with a `GenericError` in any case.
   */
  readonly onHostError?: ((error: unknown, call: CommandCall) => void) | undefined;
}
