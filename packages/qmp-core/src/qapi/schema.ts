/**
 * How a QAPI schema looks as a TypeScript type, and what can be asked of it.
 *
 * A generated schema (one file per QEMU version beside this one) is an interface of this shape:
 *
 * ```ts
 * interface Qapi {
 *   commands: { 'query-status': { arguments: {}; return: StatusInfo }; … }
 *   events: { STOP: {}; RESET: { guest: boolean; reason: ShutdownCause }; … }
 * }
 * ```
 */
export interface QapiSchema {
  /** Each command by its name: what it takes and what it gives. */
  commands: object;
  /** Each event by its name: its `data` (`{}` for an event without). */
  events: object;
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

/** Names of the events of a schema. */
export type EventName<S extends QapiSchema> = keyof S['events'] & string;

/** The `data` of an event. */
export type EventDataOf<S extends QapiSchema, N extends EventName<S>> = S['events'][N];
