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

/** Plain data as a test writes it: what JSON has, `bigint` for integers beyond ±(2^53−1), and members left out as `undefined`. */
export type JsonData =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonData[]
  | { readonly [member: string]: JsonData | undefined };

/** What a command returns, by the schema; any data where that says nothing. */
export type ScriptedReturn<S extends QapiSchema, N extends CommandName<S>> =
  unknown extends ReturnOf<S, N> ? JsonData : ReturnOf<S, N>;

/** One answer: the value of `return`, an error to answer with, or no answer at all. */
export type Answer<S extends QapiSchema = UntypedQapi, N extends CommandName<S> = CommandName<S>> =
  | ScriptedReturn<S, N>
  | QmpCommandError
  | typeof NO_REPLY;

/** What a generator gets back from `yield`: the call that its next answer is for. */
export interface HandlerCall<S extends QapiSchema = UntypedQapi, N extends CommandName<S> = CommandName<S>> {
  /** Arguments of that call. */
  readonly args: ArgumentsOf<S, N>;
  /** Context of that call. */
  readonly ctx: HandlerContext<S, N>;
}

/**
 * A sequence of answers. Each value that is yielded answers one call; a value that is returned at the end answers all
 * that follow. One that ends without a value is used up: whatever answered before it does so again.
 */
export type AnswerSequence<S extends QapiSchema, N extends CommandName<S>> =
  | Iterator<Answer<S, N> | Promise<Answer<S, N>>, Answer<S, N> | void, HandlerCall<S, N>>
  | AsyncIterator<Answer<S, N>, Answer<S, N> | void, HandlerCall<S, N>>;

/**
 * Answers a command: gives the value of `return`, at once or by a promise; throws a `QmpCommandError` to answer with an
 * error; or is a generator function, whose values answer one call each. To give `undefined` is an error: a
 * forgotten `return`. Commands of one client are answered in order, so that an answer that takes its time holds up the next.
 */
export type HandlerFunction<S extends QapiSchema = UntypedQapi, N extends CommandName<S> = CommandName<S>> = (
  args: ArgumentsOf<S, N>,
  ctx: HandlerContext<S, N>,
) => Answer<S, N> | Promise<Answer<S, N>> | AnswerSequence<S, N>;

/** How a test answers a command: a value, an error, a function, or an iterator (`[a, b].values()`). */
export type Handler<S extends QapiSchema = UntypedQapi, N extends CommandName<S> = CommandName<S>> =
  | Answer<S, N>
  | HandlerFunction<S, N>
  | AnswerSequence<S, N>;

/**
 * Handlers by the name of their command. `Handlers<S>[N]` in place of `Handler<S, N>` lets the compiler settle `N` before it looks at
 * a function's result, so that `'paused'` is a run state there and no mere string.
 */
export type Handlers<S extends QapiSchema> = { [N in CommandName<S>]: Handler<S, N> };

/** Beside the arguments, what a handler is told of a call, and what it can do. */
export interface HandlerContext<
  S extends QapiSchema = UntypedQapi,
  N extends CommandName<S> = CommandName<S>,
> {
  /** Name of the command. */
  readonly command: string;
  /** The whole request, as it was parsed. */
  readonly request: JsonObject;
  /** The request's id, or `undefined` where it had none. */
  readonly id: JsonValue | undefined;
  /** Whether it came by `exec-oob`. */
  readonly oob: boolean;
  /** The how-manieth call of this handler it is, from 1. */
  readonly call: number;
  /** The connection that it came on. */
  readonly connection: MockConnection;
  /** Aborts when that connection ends, or the mock is closed or reset, before the answer. */
  readonly signal: AbortSignal;
  /** The mock's clock. */
  readonly clock: Clock;
  /** Sends an event to every negotiated client. Before the answer is given it goes out first, as QEMU's own do. */
  emit<N extends EventName<S>>(event: N, ...rest: EmitArguments<S, N>): void;
  /**
   * Waits on the mock's clock; rejects when {@link signal} aborts.
   * @param ms - How long, in milliseconds.
   */
  delay(ms: number): Promise<void>;
  /**
   * What the built-in machine answers, events and all: `return ctx.passthrough()`. Rejects with the error that it
   * answers with, where it does.
   */
  passthrough(): Promise<ScriptedReturn<S, N>>;
}

/** How an event is sent. */
export interface EmitOptions {
  /** When it happened: a date, or ms since the epoch. Default: now, by the mock's clock. */
  timestamp?: Date | number | undefined;
  /** Whether to send what the schema does not allow. Default false. */
  unchecked?: boolean | undefined;
}

/** What each of {@link EmitOptions} has to be. */
export const EMIT_OPTIONS: OptionRules<EmitOptions> = {
  timestamp: {
    what: 'a date, or ms since the epoch',
    accepts: (value) => Number.isFinite(value instanceof Date ? value.getTime() : value),
  },
  unchecked: BOOLEAN,
};

/** What follows an event's name: its data may be left out exactly where it has none. */
export type EmitArguments<S extends QapiSchema, N extends EventName<S>> =
  undefined extends EventDataOf<S, N>
    ? [data?: EventDataOf<S, N>, options?: EmitOptions]
    : Empty extends EventDataOf<S, N>
      ? [data?: EventDataOf<S, N> | undefined, options?: EmitOptions]
      : [data: EventDataOf<S, N>, options?: EmitOptions];

/** How a handler is added. */
export interface HandleOptions {
  /**
   * Whether to answer what the schema does not allow, and with it whether calls may have any arguments.
   * Default false: a canned reply that QEMU could never send is refused where it is written.
   */
  unchecked?: boolean | undefined;
}

/** What each of {@link HandleOptions} has to be. */
export const HANDLE_OPTIONS: OptionRules<HandleOptions> = { unchecked: BOOLEAN };
