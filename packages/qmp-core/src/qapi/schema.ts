/**
 * A QAPI schema as a TypeScript type.
 *
 * A generated schema (one file per QEMU version beside this one) is an interface of this shape:
 *
 * ```ts
 * interface Qapi {
 *   commands: { 'query-status': { arguments: Empty; return: StatusInfo }; … }
 *   events: { STOP: Empty; RESET: { guest: boolean; reason: ShutdownCause }; … }
 * }
 * ```
 *
 * Everything here is a type: importing it costs nothing at run time. Each helper type looks at one command or
 * event only, so a large schema doesn't slow down type checking.
 */
export interface QapiSchema {
  /** Each command by its name: its arguments and its result ({@link QapiCommand}). */
  commands: object;
  /** Each event by its name: its `data` ({@link Empty} for an event without data). */
  events: object;
}

/** A schema's entry for one command. */
export interface QapiCommand {
  /** The members of `arguments`; {@link Empty} for a command without arguments. */
  arguments: object;
  /** The value of `return`; {@link Empty} if it returns nothing. */
  return: unknown;
  /** Present if QEMU is going to drop the command. */
  deprecated?: true;
  /** Present if QEMU may change or drop the command in any release. */
  unstable?: true;
}

/**
 * An object without members: the arguments of a command that takes none, or the result of one that returns
 * nothing. `{}` is the one value to write for it; reading or giving a member is a compile-time error.
 */
export interface Empty {
  /** No member has a name; this one keeps strings, numbers and arrays from passing for an object. */
  [nothing: symbol]: never;
}

/** Names of the commands of a schema. */
export type CommandName<S extends QapiSchema> = keyof S['commands'] & string;

/** The `arguments` of a command. */
export type ArgumentsOf<S extends QapiSchema, N extends CommandName<S>> = S['commands'][N] extends {
  arguments: infer A;
}
  ? A
  : never;

/** The `return` of a command. */
export type ReturnOf<S extends QapiSchema, N extends CommandName<S>> = S['commands'][N] extends {
  return: infer R;
}
  ? R
  : never;

/**
 * The parameters after the name in a call such as `execute(name, arguments, options)`. The arguments may be
 * left out only if QEMU requires none of their members.
 *
 * @example
 * declare function execute<S extends QapiSchema, N extends CommandName<S>>(
 *   name: N,
 *   ...rest: ExecuteArguments<S, N, { timeout?: number }>
 * ): Promise<ReturnOf<S, N>>
 */
export type ExecuteArguments<S extends QapiSchema, N extends CommandName<S>, Options> =
  {} extends ArgumentsOf<S, N>
    ? [args?: ArgumentsOf<S, N> | undefined, options?: Options | undefined]
    : [args: ArgumentsOf<S, N>, options?: Options | undefined];

/**
 * {@link ExecuteArguments} for a command that QEMU has marked. For every other command it's a list that no
 * call satisfies. An overload with it, declared `@deprecated` before the plain one, makes editors strike out
 * exactly the calls of such commands; they compile all the same.
 *
 * @example
 * // The overload that is declared @deprecated:
 * declare function execute<S extends QapiSchema, N extends CommandName<S>>(
 *   name: N,
 *   ...rest: MarkedExecuteArguments<S, N, { timeout?: number }, 'deprecated'>
 * ): Promise<ReturnOf<S, N>>
 */
export type MarkedExecuteArguments<
  S extends QapiSchema,
  N extends CommandName<S>,
  Options,
  Mark extends 'deprecated' | 'unstable',
> = [S['commands'][N]] extends [Record<Mark, true>]
  ? ExecuteArguments<S, N, Options>
  : [notMarked: never, notMarked: never, notMarked: never, notMarked: never];

/** Names of the events of a schema. */
export type EventName<S extends QapiSchema> = keyof S['events'] & string;

/** The `data` of an event; {@link Empty} for an event without data. */
export type EventDataOf<S extends QapiSchema, N extends EventName<S>> = S['events'][N];

/**
 * The time of an event, by the host's clock. Both members are -1 if the clock couldn't be read (`qmp-spec`,
 * "Asynchronous events").
 */
export interface QapiTimestamp {
  /** Whole seconds since 1970. */
  seconds: number;
  /** The rest, in microseconds. */
  microseconds: number;
}

/** An event with this name and this `data`. */
export interface QapiEvent<Name extends string, Data> {
  event: Name;
  data: Data;
  timestamp: QapiTimestamp;
}

/** An event without a member `data`. */
export interface QapiBareEvent<Name extends string> {
  event: Name;
  data?: undefined;
  timestamp: QapiTimestamp;
}

/**
 * The events of a schema with these names (default: all) as a union: comparing `event` narrows `data`.
 *
 * @example
 * const event = await client.waitForEvent(['SHUTDOWN', 'RESET'])
 * if (event.event === 'RESET') console.log(event.data.reason)
 */
export type QapiEventOf<S extends QapiSchema, N extends EventName<S> = EventName<S>> =
  N extends EventName<S>
    ? keyof S['events'][N] extends symbol
      ? QapiBareEvent<N>
      : QapiEvent<N, S['events'][N]>
    : never;

/** A predicate on an event. */
export type QapiEventTest<S extends QapiSchema> = (event: QapiEventOf<S>) => boolean;

/** Filter for events: one name, several names, or a predicate. */
export type QapiEventFilter<S extends QapiSchema, N extends EventName<S>> =
  | N
  | readonly N[]
  | QapiEventTest<S>;

/**
 * A schema that accepts anything: any command takes any arguments and returns `unknown`, and any event may
 * carry anything. Use it when the types get in the way.
 *
 * @example
 * const reply = await client.untyped.execute('x-vendor-frob', { level: 3 }) // unknown
 */
export interface UntypedQapi extends QapiSchema {
  commands: { [command: string]: { arguments: { [member: string]: unknown }; return: unknown } };
  events: { [event: string]: { [member: string]: unknown } | undefined };
}
