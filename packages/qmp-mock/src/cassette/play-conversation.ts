import { QmpCommandError } from 'qmp-core';
import type { JsonObject, JsonValue } from 'qmp-core/wire';
import type { Clock } from '../engine/clock.ts';
import {
  NO_REPLY,
  type CommandCall,
  type CommandHost,
  type CommandTraits,
} from '../engine/monitor/command-host.ts';
import { PrintedEvent } from '../engine/monitor/messages.ts';
import type { MonitorSession } from '../engine/monitor/session.ts';
import { plainArguments } from '../mock/script/call-context.ts';
import { placeOf, type Cassette, type EventLine, type ReplyLine } from './cassette.ts';
import type { Conversation, MonitorLine } from './conversation.ts';
import { Matcher, titleOf, type CassetteOrder, type PlayedStep } from './match.ts';
import type { Redact } from './redact.ts';
import type { Bindings } from './volatile.ts';

/** Options of {@link ConversationPlayer}. */
export interface ConversationPlayerOptions {
  readonly cassette: Cassette;
  /** The recorded conversation; `undefined` for a client beyond the recorded ones. */
  readonly conversation: Conversation | undefined;
  readonly order: CassetteOrder;
  /** Whether to wait for the recorded times. */
  readonly paced: boolean;
  readonly clock: Clock;
  readonly redact: Redact;
  readonly bindings: Bindings;
  /** Whether an event waits for its cause, and everything behind it. */
  readonly holds: (event: EventLine) => boolean;
  /** Ends the conversation from the monitor's side. */
  readonly close: () => void;
  /** Text that says how to record the conversation again. */
  readonly recordAgain: string;
  /** Called for each difference from the recording. */
  readonly onProblem: (text: string) => void;
}

/** A received command. */
interface Answering {
  readonly call: CommandCall;
  /** Gives its result, once the cassette has reached it. */
  outcome: (() => unknown) | undefined;
  resolve: ((outcome: () => unknown) => void) | undefined;
}

/**
 * Plays the monitor's part of one conversation. It answers each command as the recorded one was answered, and
 * sends the events between it and the next.
 */
export class ConversationPlayer implements CommandHost {
  readonly #options: ConversationPlayerOptions;
  readonly #matcher: Matcher;
  /** The recorded commands. */
  readonly steps: readonly PlayedStep[];
  readonly #answering = new Map<ReplyLine, Answering>();
  #session: MonitorSession | undefined;
  /** Delayed lines of the monitor. */
  #delayed:
    | { readonly cancel: () => void; readonly go: () => void; readonly isHeld?: boolean | undefined }
    | undefined;
  #hurried = false;
  #gone = false;

  constructor(options: ConversationPlayerOptions) {
    this.#options = options;
    this.steps = (options.conversation?.steps ?? []).map((step) => ({ step, used: false }));
    this.#matcher = new Matcher(options.cassette, this.steps, options.order, options.bindings);
  }

  /** Sends the lines before the first command, because the client has negotiated. */
  begin(session: MonitorSession): void {
    this.#session = session;
    this.#say(this.#options.conversation?.lead ?? [], 0);
  }

  /** Sends the lines that wait for their cause. */
  release(): void {
    if (this.#delayed?.isHeld === true) this.#hurry();
  }

  /** Stops, because the client has left. */
  stop(): void {
    this.#gone = true;
    this.#delayed?.cancel();
    this.#delayed = undefined;
  }

  find(name: string): CommandTraits {
    // The cassette knows what QEMU has: what it refused was recorded as well.
    const recorded = this.steps.filter(({ step }) => step.command.name === name);
    return { allowOob: recorded.some(({ step }) => step.command.oob) };
  }

  check(): undefined {
    return undefined;
  }

  run(call: CommandCall): unknown {
    this.#hurry();
    const { name } = call;
    const args = this.#shownArguments(call);
    const played =
      this.#options.conversation === undefined
        ? this.#unknownClient(call)
        : this.#matcher.take({ name, args });
    if (typeof played === 'string') {
      this.#options.onProblem(played);
      throw new QmpCommandError('GenericError', `Replay: ${played}. ${this.#options.recordAgain}`);
    }
    const { step } = played;
    const answering: Answering = { call, outcome: undefined, resolve: undefined };
    if (step.reply !== undefined) this.#answering.set(step.reply, answering);
    this.#say(step.said, 0);
    if (answering.outcome !== undefined) return answering.outcome();
    if (step.reply === undefined) return NO_REPLY;
    return new Promise<() => unknown>((resolve) => {
      answering.resolve = resolve;
    }).then((outcome) => outcome());
  }

  #unknownClient(call: CommandCall): string {
    const { cassette } = this.#options;
    return `${titleOf(call.name, this.#shownArguments(call))} comes from a client that ${cassette.file ?? 'the cassette'} does not know: fewer connections were recorded`;
  }

  #shownArguments(call: CommandCall): JsonObject {
    const shown = this.#options.redact({ execute: call.name, arguments: plainArguments(call) });
    return (shown['arguments'] ?? {}) as JsonObject;
  }

  /** Sends delayed lines now, because they belong before the next command. */
  #hurry(): void {
    const delayed = this.#delayed;
    if (delayed === undefined) return;
    this.#delayed = undefined;
    delayed.cancel();
    this.#hurried = true;
    delayed.go();
    this.#hurried = false;
  }

  /** Sends lines from one index on. */
  #say(lines: readonly MonitorLine[], from: number, waited: boolean = false): void {
    for (let at = from; at < lines.length && !this.#gone; at++) {
      const line = lines[at]!;
      const due = this.#options.paced && !this.#hurried && !(waited && at === from) ? (line.after ?? 0) : 0;
      if (due > 0) {
        this.#wait(due, () => this.#say(lines, at, true));
        return;
      }
      if (line.kind === 'event' && !this.#hurried && this.#options.holds(line)) {
        this.#delayed = { cancel: () => {}, go: () => this.#say(lines, at), isHeld: true };
        return;
      }
      if (line.kind === 'reply') {
        // Lines behind a reply have to wait until the reply is on its way.
        if (this.#reply(line, () => this.#say(lines, at + 1))) return;
      } else if (line.kind === 'event') {
        this.#emit(line.name, line.data);
      } else if (line.by === 'monitor') {
        this.#options.close();
      }
    }
  }

  #wait(ms: number, go: () => void): void {
    const resume = (): void => {
      this.#delayed = undefined;
      go();
    };
    this.#delayed = { cancel: this.#options.clock.after(ms, resume), go };
  }

  /** Gives a reply. Returns whether a command waits for it. */
  #reply(line: ReplyLine, then: () => void): boolean {
    const answering = this.#answering.get(line);
    if (answering === undefined) return false;
    this.#answering.delete(line);
    const { bindings } = this.#options;
    const outcome = (): unknown => {
      if (line.error === undefined) return bindings.expand(line.result ?? {});
      const desc = bindings.expand(line.error.desc) as string;
      throw new QmpCommandError(line.error.class, desc);
    };
    answering.call.afterReply(then);
    answering.outcome = outcome;
    answering.resolve?.(outcome);
    return true;
  }

  #emit(name: string, data: JsonValue | undefined): void {
    const { bindings, clock } = this.#options;
    const shown = data === undefined ? undefined : bindings.expand(data);
    this.#session?.sendEvent(new PrintedEvent(name, shown, clock.now()));
  }

  /** Lists the recorded commands that haven't come, each with its line. */
  unused(): string[] {
    return this.steps
      .filter(({ used }) => !used)
      .map(({ step: { command } }) => {
        const place = placeOf(this.#options.cassette, command.line);
        return `${place} ${titleOf(command.name, command.args)} was recorded and does not come`;
      });
  }
}
