import { QmpCommandError } from 'qmp-core/errors';
import type { QDict } from '../engine/json/value.ts';
import type {
  CommandCall,
  CommandHost,
  CommandResult,
  CommandTraits,
} from '../engine/monitor/command-host.ts';
import type { MachineCommand } from './command.ts';
import type { MachineOptions } from './machine-options.ts';
import { NotModelledError, notModelled } from '../engine/not-modelled.ts';

/** Returned by a {@link ScriptLayer} for a call that the built-in machine is to answer. */
export const NOT_HANDLED: unique symbol = Symbol('not handled by the script');

/** A test's script, which is asked before the built-in machine. */
export interface ScriptLayer {
  /** Whether the script answers this name, so that it exists even if the schema has no such command. */
  has(name: string): boolean;
  /**
   * Whether the arguments of a scripted command are to be held against the schema. Default: they are,
   * wherever the schema knows the command.
   */
  checksArguments?(name: string): boolean;
  /** Answers the call, or gives {@link NOT_HANDLED}. */
  run(call: CommandCall): CommandResult;
  /** Told of a call that it has a name for and did not answer, of a command that this QEMU does not have. */
  notFound?(call: CommandCall): void;
  /** Answers a call that the machine does not model; without it, the client is told by the error. */
  notModelled?(call: CommandCall, error: NotModelledError): CommandResult;
}

/** A command in the schema. */
export interface SchemaCommand extends CommandTraits {
  /** `deprecated`, `unstable`, … */
  readonly features?: readonly string[] | undefined;
}

/** A version's introspection schema, as the dispatcher needs it. */
export interface SchemaLayer {
  /** The command, or `undefined` if this version has none with that name. */
  find(name: string): SchemaCommand | undefined;
  /** QEMU's refusal of the arguments, or `undefined` if they are good. */
  check(name: string, args: QDict): string | undefined;
}

/** The built-in machine, as the dispatcher needs it. */
export interface MachineLayer {
  readonly options: Pick<MachineOptions, 'compat'>;
  /** The command, or `undefined` if the machine does not model it. */
  command(name: string): MachineCommand | undefined;
  /** A command was not modelled: whatever it would have changed is in doubt from now on. */
  doubt(name: string, args: QDict): void;
  /** Reason why a command may not run now, or `undefined` if it may. */
  forbid(name: string): { class: string; desc: string } | undefined;
}

/** The layers behind a monitor, from the top. */
export interface DispatcherOptions {
  /** The test's script. Default: an empty one. */
  script?: ScriptLayer | undefined;
  /** The built-in machine. */
  machine: MachineLayer;
  /** The introspection schema of the machine's version. */
  schema: SchemaLayer;
  /** Told of each call that the machine does not model. */
  onNotModelled?: ((call: CommandCall, error: NotModelledError) => void) | undefined;
}

/**
 * The part behind every monitor of one mock: script, then built-in machine, over the schema.
 *
 * @example
 * const host = new Dispatcher({ machine, schema })
 */
export class Dispatcher implements CommandHost {
  readonly #script: ScriptLayer | undefined;
  readonly #machine: MachineLayer;
  readonly #schema: SchemaLayer;
  readonly #onNotModelled: DispatcherOptions['onNotModelled'];

  constructor(options: DispatcherOptions) {
    this.#script = options.script;
    this.#machine = options.machine;
    this.#schema = options.schema;
    this.#onNotModelled = options.onNotModelled;
  }

  find(name: string): CommandTraits | undefined {
    const found = this.#schema.find(name);
    if (found !== undefined) return found;
    return this.#script?.has(name) === true ? { allowOob: false } : undefined;
  }

  forbid(name: string): { class: string; desc: string } | undefined {
    const command = this.#schema.find(name);
    if (command === undefined) return undefined;
    return this.#disabled(name, command) ?? this.#machine.forbid(name);
  }

  /** The refusal of a command that `-compat` forbids. It's refused as if it didn't exist. */
  #disabled(name: string, { features }: SchemaCommand): { class: string; desc: string } | undefined {
    const policy = this.#machine.options.compat;
    if (policy === undefined) return undefined;
    for (const [feature, input] of [
      ['deprecated', policy.deprecatedInput],
      ['unstable', policy.unstableInput],
    ] as const) {
      if (input === 'reject' && features?.includes(feature) === true) {
        const word = feature === 'deprecated' ? 'Deprecated' : 'Unstable';
        return { class: 'CommandNotFound', desc: `${word} command ${name} disabled by policy` };
      }
    }
    return undefined;
  }

  check(name: string, args: QDict): string | undefined {
    if (this.#schema.find(name) === undefined) return undefined;
    if (this.#script?.has(name) === true && this.#script.checksArguments?.(name) === false) {
      return undefined;
    }
    return this.#schema.check(name, args);
  }

  run(call: CommandCall): CommandResult {
    try {
      const result = this.#answer(call);
      return isThenable(result) ? result.then(undefined, (error) => this.#refused(call, error)) : result;
    } catch (error) {
      return this.#refused(call, error);
    }
  }

  #answer(call: CommandCall): CommandResult {
    if (this.#script !== undefined) {
      const answer = this.#script.run(call);
      if (answer !== NOT_HANDLED) return answer;
    }
    return this.runOnMachine(call);
  }

  /**
   * Gives the machine's own answer, regardless of the script.
   *
   * @throws NotModelledError if it doesn't model the command.
   */
  runOnMachine(call: CommandCall): CommandResult {
    if (this.#schema.find(call.name) === undefined) {
      this.#script?.notFound?.(call);
      throw new QmpCommandError('CommandNotFound', `The command ${call.name} has not been found`);
    }
    const command = this.#machine.command(call.name);
    return command === undefined ? notModelled(`the command ${call.name}`) : (command(call.args, call) ?? {});
  }

  #refused(call: CommandCall, error: unknown): CommandResult {
    if (!(error instanceof NotModelledError)) throw error;
    this.#machine.doubt(call.name, call.args);
    this.#onNotModelled?.(call, error);
    if (this.#script?.notModelled === undefined) throw error;
    return this.#script.notModelled(call, error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
