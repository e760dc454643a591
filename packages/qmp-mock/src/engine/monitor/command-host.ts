import type { QDict, QValue } from '../json/value.ts';

/** One conversation on a monitor, as commands see it: a `MonitorSession`. */
export interface Conversation {
  /** Whether capabilities negotiation is complete. */
  readonly negotiated: boolean;
  /** Whether the client negotiated out-of-band execution. */
  readonly oobEnabled: boolean;
}

/** What a monitor has to know of a command before it looks at the arguments. */
export interface CommandTraits {
  /** Whether `exec-oob` may run it (`allow-oob` in the introspection schema). */
  readonly allowOob: boolean;
}

/** One request that passed every check of the envelope, of negotiation and of the schema. */
export interface CommandCall {
  /** Name of the command. */
  readonly name: string;
  /** Its arguments; empty where the request had none. */
  readonly args: QDict;
  /** The request's id, `undefined` where it had none. */
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
 * What a command gives: plain JavaScript data or a {@link QValue}, `undefined` for `{}`, {@link NO_REPLY} for nothing at all, ever, or a
 * promise of any of these.
 */
export type CommandResult = unknown;

/** Returned by {@link CommandHost.run} for a command that is never answered (a stall, a lost reply). */
export const NO_REPLY: unique symbol = Symbol('no reply');

/** What stands behind a monitor: the dispatcher of a machine. */
export interface CommandHost {
  /** The command, or `undefined` where there is none ("The command X has not been found"). */
  find(name: string): CommandTraits | undefined;
  /** QEMU's refusal of the call before its arguments are looked at (preconfig, policy), or `undefined`. */
  forbid?(name: string): { class: string; desc: string } | undefined;
  /** QEMU's refusal of the arguments in its own words, or `undefined` where they are good. */
  check(name: string, args: QDict): string | undefined;
  /** Runs the command; a `QmpCommandError` that it throws or rejects with becomes the error reply. */
  run(call: CommandCall): CommandResult;
}
