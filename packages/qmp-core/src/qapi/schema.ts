/**
 * How a QAPI schema looks as a TypeScript type, and what can be asked of it.
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
 * Everything here is a type: importing it costs nothing at run time. Each question looks at one command
 * or event only, so the size of a schema does not show in the time a program takes to check.
 */
export interface QapiSchema {
  /** Each command by its name: what it takes and what it gives ({@link QapiCommand}). */
  commands: object;
  /** Each event by its name: its `data` ({@link Empty} for an event without). */
  events: object;
}

/** What a schema says of one command. */
export interface QapiCommand {
  /** The members of `arguments`; {@link Empty} where it takes none. */
  arguments: object;
  /** The value of `return`; {@link Empty} where it returns nothing. */
  return: unknown;
  /** Present where QEMU is going to drop the command. */
  deprecated?: true;
  /** Present where QEMU may change or drop the command in any release. */
  unstable?: true;
}

/**
 * An object without members: what a command without arguments takes, what one without a result returns.
 * `{}` is the one value written for it; to read or to give any member is an error when compiling.
 */
export interface Empty {
  /** No member has a name; this one keeps strings, numbers and arrays from passing for an object. */
  [nothing: symbol]: never;
}

/** Names of the commands of a schema. */
export type CommandName<S extends QapiSchema> = keyof S['commands'] & string;

/** What the command takes as `arguments`. */
export type ArgumentsOf<S extends QapiSchema, N extends CommandName<S>> = S['commands'][N] extends {
  arguments: infer A;
}
  ? A
  : never;

/** What the command gives as `return`. */
export type ReturnOf<S extends QapiSchema, N extends CommandName<S>> = S['commands'][N] extends {
  return: infer R;
}
  ? R
  : never;

/**
 * What follows the name in a call such as `execute(name, arguments, options)`: the arguments may be left
 * out exactly where QEMU asks for none of their members.
 *
 * @example
 * execute<N extends CommandName<S>>(name: N, ...rest: ExecuteArguments<S, N, Options>): Promise<ReturnOf<S, N>>
 */
export type ExecuteArguments<S extends QapiSchema, N extends CommandName<S>, Options> =
  {} extends ArgumentsOf<S, N>
    ? [args?: ArgumentsOf<S, N> | undefined, options?: Options | undefined]
    : [args: ArgumentsOf<S, N>, options?: Options | undefined];

/**
 * {@link ExecuteArguments} for a command that QEMU has marked, and for every other one a list that no call
 * satisfies. An overload declared `@deprecated` with this before the plain one makes editors strike out
 * exactly the calls of such commands; they compile all the same.
 *
 * @example
 * /** @deprecated QEMU is going to drop this command. *\/
 * execute<N extends CommandName<S>>(
 *   name: N,
 *   ...rest: MarkedExecuteArguments<S, N, Options, 'deprecated'>
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

/** The `data` of an event; {@link Empty} for an event without. */
export type EventDataOf<S extends QapiSchema, N extends EventName<S>> = S['events'][N];

/** When an event happened, by the host's clock; both -1 where that could not be read (`qmp-spec`, "Asynchronous events"). */
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

/** An event that carries nothing: it has no member `data`. */
export interface QapiBareEvent<Name extends string> {
  event: Name;
  data?: undefined;
  timestamp: QapiTimestamp;
}

/**
 * The events of a schema with these names (all, by default) as a union: to compare `event` narrows `data`.
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

/** Says of an event whether it is the one. */
export type QapiEventTest<S extends QapiSchema> = (event: QapiEventOf<S>) => boolean;

/** Which events: one name, several names, or a function that says yes. */
export type QapiEventFilter<S extends QapiSchema, N extends EventName<S>> =
  | N
  | readonly N[]
  | QapiEventTest<S>;

/**
 * A schema that knows nothing and so refuses nothing: any command with any arguments returns `unknown`, any
 * event may carry anything. The way out where the types are in the way.
 *
 * @example
 * const reply = await client.untyped.execute('x-vendor-frob', { level: 3 }) // unknown
 */
export interface UntypedQapi extends QapiSchema {
  commands: { [command: string]: { arguments: { [member: string]: unknown }; return: unknown } };
  events: { [event: string]: { [member: string]: unknown } | undefined };
}
