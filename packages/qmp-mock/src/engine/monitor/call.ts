import type { QDict, QValue } from '../json/value.ts';
import type { CommandCall, Conversation } from './command-host.ts';
import type { Envelope } from './envelope.ts';

/** A running command. Rarely used parts are made on demand. */
export class RunningCall implements CommandCall {
  readonly name: string;
  readonly args: QDict;
  readonly id: QValue | undefined;
  readonly request: QDict;
  readonly oob: boolean;
  readonly session: Conversation;
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;
  #actions: (() => void)[] | undefined;

  constructor(session: Conversation, envelope: Envelope, request: QDict) {
    this.name = envelope.name;
    this.args = envelope.args;
    this.oob = envelope.oob;
    this.id = request.get('id');
    this.request = request;
    this.session = session;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  afterReply(action: () => void): void {
    (this.#actions ??= []).push(action);
  }

  /** Aborts it, because the conversation ended before its answer. */
  abort(reason: Error): void {
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  /** Whether something waits for the reply. */
  get hasActions(): boolean {
    return this.#actions !== undefined;
  }

  /** Runs the actions after the reply, because the reply has been handed over. */
  replied(): void {
    const actions = this.#actions;
    this.#actions = undefined;
    for (const action of actions ?? []) action();
  }
}
