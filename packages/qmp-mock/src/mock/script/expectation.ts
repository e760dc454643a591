import {
  QmpCommandError,
  QmpStateError,
  type CommandName,
  type EventName,
  type QapiSchema,
  type QmpErrorClass,
  type UntypedQapi,
} from 'qmp-core';
import { CallSite, optionError } from 'qmp-core/internal';
import type { ScriptEnvironment } from './call-context.ts';
import type { ExpectedCommand } from './expected-command.ts';
import { Answerer } from './reply.ts';
import type { EmitArguments, EmitOptions, Handler, HandleOptions, ScriptedReturn } from './types.ts';

/**
 * An expected command, and the actions when it comes. `mock.expect()` makes it; each method adds an action or
 * a condition and returns the expectation. Actions happen in the order in which they are written:
 * `.emit('STOP').return({})` sends the event before the reply, `.return({}).emit('STOP')` after it.
 *
 * If no action replies, the built-in machine does, with its events. If there is an `.emit()`, the reply is
 * `{}` behind the events. After `.disconnect()` there is no reply.
 *
 * @example
 * const path = '/machine/peripheral/disk0'
 * mock.expect('device_del', { id: 'disk0' }).return({}).after(100).emit('DEVICE_DELETED', { path })
 */
export class Expectation<S extends QapiSchema = UntypedQapi, N extends CommandName<S> = CommandName<S>> {
  readonly #expected: ExpectedCommand;
  readonly #env: ScriptEnvironment;
  readonly #unchecked: boolean;

  /** Made by `mock.expect()`; there is no need to call it. */
  constructor(expected: ExpectedCommand, env: ScriptEnvironment, options: HandleOptions = {}) {
    this.#expected = expected;
    this.#env = env;
    this.#unchecked = options.unchecked ?? false;
  }

  /** Number of calls that it has answered so far. */
  get calls(): number {
    return this.#expected.calls;
  }

  /**
   * Replies with a value.
   * @throws QmpStateError if QEMU never returns this value, with the path and the reason.
   */
  return(value: ScriptedReturn<S, N>): this {
    if (value === undefined)
      throw new QmpStateError('.return() needs a value: a command without a result returns {}');
    if (!this.#unchecked) this.#env.rules.assertReturn(this.#expected.name, value);
    this.#expected.actions.add({ kind: 'return', value });
    return this;
  }

  /** Replies with an error of QEMU's: its class and its description. */
  error(errorClass: QmpErrorClass, desc: string): this {
    this.#expected.actions.add({ kind: 'error', error: new QmpCommandError(errorClass, desc) });
    return this;
  }

  /** Replies as a handler does: with a function, a generator, an iterator, or a value. */
  reply(handler: Handler<S, N>): this {
    const { name, site } = this.#expected;
    const origin = { title: `reply to the expected '${name}'`, site, unchecked: this.#unchecked };
    this.#expected.actions.add({ kind: 'answer', answerer: new Answerer(handler, name, origin, this.#env) });
    return this;
  }

  /**
   * Accepts that the built-in machine doesn't model the command. Use it for code that merely probes, and goes
   * on if it is refused. The client gets the refusal (or the answer of the option `onNotModelled`), and
   * `verify()` doesn't report it.
   *
   * @example
   * mock.expect('query-sgx').notModelled()
   */
  notModelled(): this {
    this.#expected.acceptsNotModelled = true;
    return this;
  }

  /** Never replies. The connection stays open. */
  silence(): this {
    this.#expected.actions.add({ kind: 'silence' });
    return this;
  }

  /**
   * Sends an event to every negotiated client.
   * @throws QmpStateError if QEMU never sends this event, with the path and the reason.
   */
  emit<E extends EventName<S>>(event: E, ...rest: EmitArguments<S, E>): this {
    const [data, options = {}] = rest as [unknown, EmitOptions?];
    if (!this.#unchecked && options.unchecked !== true) this.#env.rules.assertEvent(event, data);
    this.#expected.actions.add({ kind: 'emit', event, data, options });
    return this;
  }

  /**
   * Waits on the mock's clock before the next action.
   * @param ms - Time in ms.
   */
  after(ms: number): this {
    checkNumber('after', ms, ms >= 0 && ms < Infinity);
    this.#expected.actions.add({ kind: 'after', ms, site: new CallSite() });
    return this;
  }

  /**
   * Ends the connection of the command, in place of the reply or after it.
   * @param options.reset - Whether to use a TCP reset, as when a process is killed with unread bytes. Default
   *   false.
   */
  disconnect(options: { reset?: boolean | undefined } = {}): this {
    this.#expected.actions.add({ kind: 'disconnect', reset: options.reset ?? false, all: false });
    return this;
  }

  /** Expects it exactly once. This is the default. */
  once(): this {
    return this.times(1);
  }

  /** Expects it exactly `count` times. */
  times(count: number): this {
    return this.#between('times', count, count);
  }

  /** Expects it `count` times or more. */
  atLeast(count: number): this {
    return this.#between('atLeast', count, Infinity);
  }

  /** Expects it `count` times or fewer. */
  atMost(count: number): this {
    return this.#between('atMost', 0, count);
  }

  /** Expects that it doesn't come: a call fails verification. */
  never(): this {
    return this.times(0);
  }

  /** Allows it to come or not. */
  optionally(): this {
    this.#expected.least = 0;
    return this;
  }

  /** Expects it only after every earlier expectation that is also `inOrder`. */
  inOrder(): this {
    this.#expected.ordered = true;
    return this;
  }

  #between(method: string, least: number, most: number): this {
    const number = most === Infinity ? least : most;
    checkNumber(method, number, Number.isSafeInteger(number) && number >= 0);
    this.#expected.least = least;
    this.#expected.most = most;
    return this;
  }
}

function checkNumber(method: string, value: number, good: boolean): void {
  if (good && typeof value === 'number') return;
  throw optionError(`.${method}()`, 'given a whole number from 0', value);
}
