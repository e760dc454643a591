import type { CallSite } from 'qmp-core/internal';
import { QmpStateError, type QmpCommandError } from 'qmp-core';
import { NO_REPLY, type CommandCall } from '../../engine/monitor/command-host.ts';
import type { Waiting } from '../../engine/clock.ts';
import type { ScriptEnvironment } from './call-context.ts';
import { atPlace } from './waiting.ts';
import type { Answerer } from './reply.ts';
import { waitOnClock } from './wait-on-clock.ts';
import { whenAborted } from './when-aborted.ts';

/** One action of a script. */
export type Action =
  | { readonly kind: 'return'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: QmpCommandError }
  | { readonly kind: 'answer'; readonly answerer: Answerer }
  | { readonly kind: 'silence' }
  | {
      readonly kind: 'emit';
      readonly event: string;
      readonly data: unknown;
      readonly options: { timestamp?: Date | number | undefined };
    }
  | { readonly kind: 'after'; readonly ms: number; readonly site: CallSite }
  | { readonly kind: 'disconnect'; readonly reset: boolean; readonly all: boolean }
  | { readonly kind: 'do'; readonly run: () => void };

const REPLIES: ReadonlySet<Action['kind']> = new Set(['return', 'error', 'answer', 'silence']);

/** The actions for a command, in order, with the reply among them. */
export class ActionList {
  readonly #actions: Action[] = [];
  #replies = false;
  #emits = false;
  #disconnects = false;

  add(action: Action): void {
    if (REPLIES.has(action.kind)) {
      if (this.#replies) {
        throw new QmpStateError(
          'There is already a reply, and a command gets only one. To answer the next call, expect the command again',
        );
      }
      if (this.#disconnects) throw new QmpStateError('There is no reply after .disconnect()');
      this.#replies = true;
    }
    if (action.kind === 'emit') this.#emits = true;
    if (action.kind === 'disconnect') this.#disconnects = true;
    this.#actions.push(action);
  }

  get empty(): boolean {
    return this.#actions.length === 0;
  }

  /**
   * Runs the actions for a call. It returns the reply, throws it, or promises it.
   *
   * If no action replies, the machine does, with its events. If the script sends events itself, the reply is
   * `{}` behind them. A disconnect in place of a reply leaves the command unanswered.
   */
  play(call: CommandCall, env: ScriptEnvironment): unknown {
    return this.#upToReply(0, call, env);
  }

  /** Runs the actions without a call (the opening of a scenario). */
  run(env: ScriptEnvironment): void {
    this.#afterReply(0, undefined, env);
  }

  #upToReply(from: number, call: CommandCall, env: ScriptEnvironment): unknown {
    for (let at = from; at < this.#actions.length; at++) {
      const action = this.#actions[at]!;
      if (REPLIES.has(action.kind)) {
        const rest = at + 1;
        if (rest < this.#actions.length) {
          call.afterReply(() => this.#afterReply(rest, call, env));
        }
        return this.#reply(action, call);
      }
      if (action.kind === 'after') {
        const waiting = { kind: 'reply', what: () => `to ${call.name}${atPlace(action.site)}` } as const;
        return waitOnClock(env.clock, action.ms, [call.signal, env.signal], waiting).then(() =>
          this.#upToReply(at + 1, call, env),
        );
      }
      act(action, call, env);
    }
    return this.#impliedReply(call, env);
  }

  #afterReply(from: number, call: CommandCall | undefined, env: ScriptEnvironment): void {
    for (let at = from; at < this.#actions.length; at++) {
      const action = this.#actions[at]!;
      if (action.kind === 'after') {
        // Events come whether or not the client that asked is still there: only a reset calls this off.
        schedule(
          action.ms,
          env,
          () => this.#afterReply(at + 1, call, env),
          this.#waiting(at + 1, action.site),
        );
        return;
      }
      act(action, call, env);
    }
  }

  /** Describes the actions from one on, up to the next delay. */
  #waiting(from: number, site: CallSite): Waiting {
    const next = this.#actions.findIndex(({ kind }, at) => at >= from && kind === 'after');
    const actions = this.#actions.slice(from, next < 0 ? undefined : next);
    const events = actions.flatMap((action) => (action.kind === 'emit' ? [action.event] : []));
    const others = actions.some(({ kind }) => kind === 'disconnect')
      ? 'a disconnect'
      : 'a step of the script';
    const names = events.length > 0 ? events.join(', ') : others;
    return { kind: events.length > 0 ? 'event' : 'other', what: () => names + atPlace(site) };
  }

  #reply(action: Action, call: CommandCall): unknown {
    switch (action.kind) {
      case 'return':
        return action.value;
      case 'error':
        throw action.error;
      case 'answer':
        return action.answerer.answer(call);
      default:
        return NO_REPLY;
    }
  }

  #impliedReply(call: CommandCall, env: ScriptEnvironment): unknown {
    if (this.#disconnects) return NO_REPLY;
    return this.#emits ? {} : env.passthrough(call);
  }
}

function act(action: Action, call: CommandCall | undefined, env: ScriptEnvironment): void {
  if (action.kind === 'emit') {
    env.emit(action.event, action.data, action.options);
  } else if (action.kind === 'do') {
    action.run();
  } else if (action.kind === 'disconnect') {
    const gone = call === undefined || action.all ? env.connections() : [env.connectionOf(call)];
    for (const connection of gone) {
      if (action.reset) connection.reset();
      else connection.close();
    }
  }
}

function schedule(ms: number, env: ScriptEnvironment, action: () => void, waiting: Waiting): void {
  if (env.signal.aborted) return;
  const end = (): void => {
    stop();
    action();
  };
  const cancel = env.clock.after(ms, end, waiting);
  const stop = whenAborted([env.signal], cancel);
}
