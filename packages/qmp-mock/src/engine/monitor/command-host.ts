import type { QDict, QValue } from '../json/value.ts';

/** One conversation on a monitor, as commands see it: a `MonitorSession`. */
export interface Conversation {
  /** Whether capabilities negotiation is complete. */
  readonly negotiated: boolean;
  /** Whether the client negotiated out-of-band execution. */
  readonly oobEnabled: boolean;
}

/** Facts about a command that a monitor needs before it looks at the arguments. */
export interface CommandTraits {
  /** Whether `exec-oob` may run it (`allow-oob` in the introspection schema). */
  readonly allowOob: boolean;
}

/** One request that passed every check of the envelope, of negotiation and of the schema. */
export interface CommandCall {
  /** Name of the command. */
  readonly name: string;
  /** Its arguments; empty if the request had none. */
  readonly args: QDict;
  /** The request's id; `undefined` if it had none. */
  readonly id: QValue | undefined;
  /** The request as it was parsed. */
  readonly request: QDict;
  /** Whether it came by `exec-oob`. */
  readonly oob: boolean;
  /** The conversation that it came on. */
  readonly session: Conversation;
  /** Aborts when the conversation ends before the command has been answered. */
  readonly signal: AbortSignal;
  /** Runs `action` as soon as the reply has been handed to the chardev (`quit` closes the machine there). */
  afterReply(action: () => void): void;
}

/**
 * Result of a command: plain JavaScript data or a {@link QValue}, `undefined` for `{}`, {@link NO_REPLY} for
 * no reply ever, or a promise of any of these.
 */
export type CommandResult = unknown;

/**
 * Result of a handler or of {@link CommandHost.run} for a command that is never answered (a stall, a lost
 * reply).
 *
 * @example
 * mock.handle('query-block', () => NO_REPLY)
 */
export const NO_REPLY: unique symbol = Symbol('no reply');

/** The part behind a monitor: the dispatcher of a machine. */
export interface CommandHost {
  /** Finds the command, or gives `undefined` ("The command X has not been found"). */
  find(name: string): CommandTraits | undefined;
  /**
   * Gives QEMU's refusal of the call before it looks at the arguments (preconfig, policy), or `undefined`.
   */
  forbid?(name: string): { class: string; desc: string } | undefined;
  /** Gives QEMU's refusal of the arguments in its own words, or `undefined` if they are valid. */
  check(name: string, args: QDict): string | undefined;
  /** Runs the command. A `QmpCommandError` that it throws or rejects with becomes the error reply. */
  run(call: CommandCall): CommandResult;
}
