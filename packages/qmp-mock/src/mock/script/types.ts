import { BOOLEAN, type OptionRules } from 'qmp-core/internal';
import type {
  ArgumentsOf,
  CommandName,
  Empty,
  EventDataOf,
  EventName,
  QapiSchema,
  QmpCommandError,
  ReturnOf,
  UntypedQapi,
} from 'qmp-core';
import type { JsonObject, JsonValue } from 'qmp-core/wire';
import type { MockConnection } from '../../process/chardev/connection.ts';
import type { Clock } from '../../engine/clock.ts';
import type { NO_REPLY } from '../../engine/monitor/command-host.ts';

/**
 * Plain data as a test writes it: JSON values, `bigint` for integers beyond ±(2^53−1), and `undefined` for
 * members that are left out.
 */
export type JsonData =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonData[]
  | { readonly [member: string]: JsonData | undefined };

/** The return value of a command by the schema; any data for an unknown command. */
export type ScriptedReturn<S extends QapiSchema, N extends CommandName<S>> =
  unknown extends ReturnOf<S, N> ? JsonData : ReturnOf<S, N>;

/** One answer: the value of `return`, an error, or `NO_REPLY`. */
export type Answer<S extends QapiSchema = UntypedQapi, N extends CommandName<S> = CommandName<S>> =
  | ScriptedReturn<S, N>
  | QmpCommandError
  | typeof NO_REPLY;

/** The result of `yield` in a generator: the call that its next answer is for. */
export interface HandlerCall<S extends QapiSchema = UntypedQapi, N extends CommandName<S> = CommandName<S>> {
  /** Arguments of that call. */
  readonly args: ArgumentsOf<S, N>;
  /** Context of that call. */
  readonly ctx: HandlerContext<S, N>;
}

/**
 * A sequence of answers. Each yielded value answers one call. A value that is returned at the end answers all
 * later calls. A sequence that ends without a value is used up, and the handler before it answers again.
 */
export type AnswerSequence<S extends QapiSchema, N extends CommandName<S>> =
  | Iterator<Answer<S, N> | Promise<Answer<S, N>>, Answer<S, N> | void, HandlerCall<S, N>>
  | AsyncIterator<Answer<S, N>, Answer<S, N> | void, HandlerCall<S, N>>;

/**
 * A function that answers a command. It returns the value of `return`, at once or as a promise. It throws a
 * `QmpCommandError` to answer with an error. It may be a generator function, whose values answer one call
 * each. Returning `undefined` is an error, because it's usually a forgotten `return`. Commands of one client
 * are answered in order, so a slow answer delays the next one.
 */
export type HandlerFunction<S extends QapiSchema = UntypedQapi, N extends CommandName<S> = CommandName<S>> = (
  args: ArgumentsOf<S, N>,
  ctx: HandlerContext<S, N>,
) => Answer<S, N> | Promise<Answer<S, N>> | AnswerSequence<S, N>;

/** A test's answer to a command: a value, an error, a function, or an iterator (`[a, b].values()`). */
export type Handler<S extends QapiSchema = UntypedQapi, N extends CommandName<S> = CommandName<S>> =
  | Answer<S, N>
  | HandlerFunction<S, N>
  | AnswerSequence<S, N>;

/**
 * Handlers by the name of their command. `Handlers<S>[N]` in place of `Handler<S, N>` makes the compiler
 * settle `N` before it looks at a function's result, so that `'paused'` is a run state there and not just a
 * string.
 */
export type Handlers<S extends QapiSchema> = { [N in CommandName<S>]: Handler<S, N> };

/** The context of a handler's call: facts about the call, and actions. */
export interface HandlerContext<
  S extends QapiSchema = UntypedQapi,
  N extends CommandName<S> = CommandName<S>,
> {
  /** Name of the command. */
  readonly command: string;
  /** The whole request, as it was parsed. */
  readonly request: JsonObject;
  /** The request's id, or `undefined` if it had none. */
  readonly id: JsonValue | undefined;
  /** Whether it came by `exec-oob`. */
  readonly oob: boolean;
  /** Number of this call of the handler, from 1. */
  readonly call: number;
  /** The connection that it came on. */
  readonly connection: MockConnection;
  /** Aborts when that connection ends, or the mock is closed or reset, before the answer. */
  readonly signal: AbortSignal;
  /** The mock's clock. */
  readonly clock: Clock;
  /**
   * Sends an event to every negotiated client. An event that is sent before the answer goes out first, as
   * QEMU's own do.
   */
  emit<N extends EventName<S>>(event: N, ...rest: EmitArguments<S, N>): void;
  /**
   * Waits on the mock's clock. Rejects if {@link signal} aborts.
   * @param ms - Time in ms.
   */
  delay(ms: number): Promise<void>;
  /**
   * Gives the built-in machine's answer and sends its events: `return ctx.passthrough()`. Rejects if the
   * machine answers with an error.
   */
  passthrough(): Promise<ScriptedReturn<S, N>>;
}

/** Options of {@link MockQmp.emit}. */
export interface EmitOptions {
  /** Time of the event: a date, or ms since the epoch. Default: now, by the mock's clock. */
  timestamp?: Date | number | undefined;
  /** Whether to send an event that the schema doesn't allow. Default false. */
  unchecked?: boolean | undefined;
}

/** A rule for each of {@link EmitOptions}. */
export const EMIT_OPTIONS: OptionRules<EmitOptions> = {
  timestamp: {
    what: 'a date, or ms since the epoch',
    accepts: (value) => Number.isFinite(value instanceof Date ? value.getTime() : value),
  },
  unchecked: BOOLEAN,
};

/** The parameters after an event's name. The data may be left out only if the event has none. */
export type EmitArguments<S extends QapiSchema, N extends EventName<S>> =
  undefined extends EventDataOf<S, N>
    ? [data?: EventDataOf<S, N>, options?: EmitOptions]
    : Empty extends EventDataOf<S, N>
      ? [data?: EventDataOf<S, N> | undefined, options?: EmitOptions]
      : [data: EventDataOf<S, N>, options?: EmitOptions];

/** Options of {@link MockQmp.handle} and {@link MockQmp.expect}. */
export interface HandleOptions {
  /**
   * Whether to allow answers and arguments that the schema doesn't allow. Default false: the mock refuses a
   * canned reply that QEMU could never send where the test writes it.
   */
  unchecked?: boolean | undefined;
}

/** A rule for each of {@link HandleOptions}. */
export const HANDLE_OPTIONS: OptionRules<HandleOptions> = { unchecked: BOOLEAN };
