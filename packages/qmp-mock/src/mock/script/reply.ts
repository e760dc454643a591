import { QmpCommandError } from 'qmp-core';
import type { CallSite } from 'qmp-core/internal';
import { show } from 'qmp-core/matching';
import { NO_REPLY, type CommandCall } from '../../engine/monitor/command-host.ts';
import {
  isGenuine,
  isThenable,
  plainArguments,
  CallContext,
  type ScriptEnvironment,
} from './call-context.ts';

/** Result of a handler that is used up: the call goes to the handler before it. */
export const EXHAUSTED: unique symbol = Symbol('exhausted');

/** A mistake of a script while it answered. The client gets it as an error, and verification reports it. */
export class ScriptError extends Error {
  static {
    this.prototype.name = 'ScriptError';
  }
}

/** The answering part of a script: its name in messages, and the place where it was written. */
export interface Origin {
  /** For example `handler of 'stop'`. */
  readonly title: string;
  readonly site: CallSite;
  readonly unchecked: boolean;
}

/** `the handler of 'stop' defined at src/a.test.ts:3:8` */
function describeOrigin({ title, site }: Origin): string {
  const place = String(site);
  return place === '' ? `the ${title}` : `the ${title} defined at ${place}`;
}

/** Answers calls with a test's handler, whatever kind it is. */
export class Answerer {
  readonly #given: unknown;
  readonly #origin: Origin;
  readonly #env: ScriptEnvironment;
  #sequence: Iterator<unknown> | AsyncIterator<unknown> | undefined;
  /** The value that a sequence returned at its end: the answer to all later calls. */
  #last: { value: unknown } | undefined;
  #exhausted = false;
  #calls = 0;

  /** @throws QmpStateError if QEMU never returns this value, or it isn't a value at all. */
  constructor(given: unknown, command: string, origin: Origin, env: ScriptEnvironment) {
    this.#given = given;
    this.#origin = origin;
    this.#env = env;
    if (isSequence(given)) this.#sequence = given;
    else if (isPlainValue(given) && !origin.unchecked) env.rules.assertReturn(command, given);
  }

  /** Number of calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Gives the answer to a call, a promise of it, or {@link EXHAUSTED}. Throws the error to answer with. */
  answer(call: CommandCall): unknown {
    if (this.#exhausted) return EXHAUSTED;
    this.#calls++;
    if (isPlainValue(this.#given) && this.#sequence === undefined) return this.#given;
    const step = { args: plainArguments(call), ctx: new CallContext(call, this.#env, this.#calls) };
    return this.#guard(() => this.#produce(step, call));
  }

  #produce(step: { args: unknown; ctx: CallContext }, call: CommandCall): unknown {
    if (this.#last !== undefined) return this.#resolve(this.#last.value, step, call);
    if (this.#sequence !== undefined) return this.#next(this.#sequence, step, call);
    const given = this.#given;
    if (typeof given !== 'function') return this.#resolve(given, step, call);
    const made: unknown = given(step.args, step.ctx);
    if (!isSequence(made)) return this.#resolve(made, step, call);
    this.#sequence = made;
    return this.#next(made, step, call);
  }

  #next(
    sequence: Iterator<unknown> | AsyncIterator<unknown>,
    step: { args: unknown; ctx: CallContext },
    call: CommandCall,
  ): unknown {
    const take = (result: IteratorResult<unknown>): unknown => {
      if (result.done !== true) return this.#resolve(result.value, step, call);
      if (result.value === undefined) {
        this.#exhausted = true;
        this.#calls--;
        return EXHAUSTED;
      }
      this.#last = { value: result.value };
      return this.#resolve(result.value, step, call);
    };
    const result = sequence.next(step);
    return isThenable(result) ? result.then((value) => take(value)) : take(result);
  }

  /** Makes one answer out of a handler's value. */
  #resolve(value: unknown, step: { args: unknown; ctx: CallContext }, call: CommandCall): unknown {
    if (isThenable(value)) return value.then((settled) => this.#resolve(settled, step, call));
    if (value === NO_REPLY || value === EXHAUSTED) return value;
    if (value instanceof QmpCommandError) throw value;
    if (typeof value === 'function') return this.#resolve(value(step.args, step.ctx), step, call);
    if (value === undefined) {
      throw new ScriptError(
        `${capital(describeOrigin(this.#origin))} returned undefined. Return the value for the client ` +
          `({} for an empty one), or ctx.passthrough() for the machine's answer`,
      );
    }
    if (!this.#origin.unchecked && !isGenuine(value)) {
      const fault = this.#env.rules.faultOfReturn(call.name, value);
      if (fault !== undefined) {
        throw new ScriptError(
          `${capital(describeOrigin(this.#origin))} returned ${show(value)}, which QEMU never sends. ${fault}. ` +
            `To send it all the same, add the handler with { unchecked: true }`,
        );
      }
    }
    return value;
  }

  /** Turns any other thrown value into an error that says where it comes from. */
  #guard(produce: () => unknown): unknown {
    const explain = (error: unknown): never => {
      if (error instanceof QmpCommandError || error instanceof ScriptError) throw error;
      const text = error instanceof Error ? `${error.name}: ${error.message}` : show(error);
      throw new ScriptError(`${capital(describeOrigin(this.#origin))} threw ${text}`, { cause: error });
    };
    try {
      const result = produce();
      return isThenable(result) ? result.then(undefined, explain) : result;
    } catch (error) {
      return explain(error);
    }
  }
}

/** Whether a value is an iterator, sync or async. Arrays and strings aren't. */
function isSequence(value: unknown): value is Iterator<unknown> | AsyncIterator<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'next' in value &&
    typeof value.next === 'function' &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

function isPlainValue(value: unknown): boolean {
  return (
    typeof value !== 'function' &&
    value !== undefined &&
    value !== NO_REPLY &&
    !(value instanceof QmpCommandError) &&
    !isThenable(value)
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
