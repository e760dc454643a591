import type { QapiSchema } from 'qmp-core';
import { CallSite } from 'qmp-core/internal';
import type { JsonObject, JsonValue } from 'qmp-core/wire';
import type { MockConnection } from '../../process/chardev/connection.ts';
import type { Clock } from '../../engine/clock.ts';
import { fromPlain, toPlain } from '../../engine/json/plain.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { atPlace } from './waiting.ts';
import type { OutputRules } from './output-rules.ts';
import type { EmitOptions, HandlerContext } from './types.ts';
import { waitOnClock } from './wait-on-clock.ts';

/** The mock around a script, as the script needs it. */
export interface ScriptEnvironment {
  readonly clock: Clock;
  /** Rules for output that QEMU could send. */
  readonly rules: OutputRules;
  /** Sends an event to every negotiated client. */
  emit(event: string, data?: unknown, options?: { timestamp?: Date | number | undefined }): void;
  /** The connection of a call. */
  connectionOf(call: CommandCall): MockConnection;
  /** Every connection that is open. */
  connections(): Iterable<MockConnection>;
  /** Runs the built-in machine's command. Throws a `NotModelledError` if the machine doesn't model it. */
  passthrough(call: CommandCall): unknown;
  /** Writes a remark on a call into the journal. */
  note(text: string, call: CommandCall): void;
  /** Names of the commands of the mock's version. */
  commandNames(): Iterable<string>;
  /** Aborts when the script is reset or the mock closed. */
  readonly signal: AbortSignal;
}

/** Values from the machine, which don't need a check. */
const genuine = new WeakSet<object>();

/** Whether a value is an unchanged result of `passthrough()`. */
export const isGenuine = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && genuine.has(value);

/**
 * Turns a result of the machine, which may mix the engine's own values with plain ones, into plain data, and
 * marks it as genuine.
 */
function markGenuine(value: unknown): unknown {
  if (typeof value === 'symbol') return value;
  const plain = toPlain(fromPlain(value ?? {}));
  if (typeof plain === 'object' && plain !== null) genuine.add(plain);
  return plain;
}

/** Arguments of a call as plain data. */
export function plainArguments(call: CommandCall): JsonObject {
  return toPlain(call.args) as JsonObject;
}

/** The context of one call of a handler. Rarely used parts are made on demand. */
export class CallContext implements HandlerContext<QapiSchema> {
  readonly call: number;
  readonly #call: CommandCall;
  readonly #env: ScriptEnvironment;
  #signal: AbortSignal | undefined;

  constructor(call: CommandCall, env: ScriptEnvironment, count: number) {
    this.#call = call;
    this.#env = env;
    this.call = count;
  }

  get command(): string {
    return this.#call.name;
  }

  get request(): JsonObject {
    return toPlain(this.#call.request) as JsonObject;
  }

  get id(): JsonValue | undefined {
    return this.#call.id === undefined ? undefined : (toPlain(this.#call.id) as JsonValue);
  }

  get oob(): boolean {
    return this.#call.oob;
  }

  get connection(): MockConnection {
    return this.#env.connectionOf(this.#call);
  }

  get clock(): Clock {
    return this.#env.clock;
  }

  get signal(): AbortSignal {
    return (this.#signal ??= AbortSignal.any([this.#call.signal, this.#env.signal]));
  }

  emit(event: string, data?: unknown, options: EmitOptions = {}): void {
    if (options.unchecked !== true) this.#env.rules.assertEvent(event, data);
    this.#env.emit(event, data, options);
  }

  delay(ms: number): Promise<void> {
    const site = new CallSite();
    const what = (): string => `to ${this.command}${atPlace(site)}`;
    return waitOnClock(this.#env.clock, ms, [this.#call.signal, this.#env.signal], { kind: 'reply', what });
  }

  async passthrough(): Promise<never> {
    // Its type depends on the command, which types only know from outside.
    return markGenuine(await this.#env.passthrough(this.#call)) as never;
  }
}

/** Whether a value is a promise of any kind. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
