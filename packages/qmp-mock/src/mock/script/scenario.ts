import { type CommandName, type EventName, type QapiSchema, type UntypedQapi } from 'qmp-core';
import { CallSite } from 'qmp-core/internal';
import type { Pattern } from 'qmp-core/matching';
import type { JsonObject } from 'qmp-core/wire';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { ActionList, type Action } from './actions.ts';
import type { ScriptEnvironment } from './call-context.ts';
import { Expectation } from './expectation.ts';
import { ExpectedCommand } from './expected-command.ts';
import type { EmitArguments, EmitOptions, HandleOptions } from './types.ts';

/** The initial state of a scenario. */
const START = 'start';

/** A running or finished dialogue. */
export interface Scenario {
  /** Its name, for messages. */
  readonly name: string;
  /** Its present state; `start` until it enters another. */
  readonly state: string;
  /** Whether every command that it waits for has come. */
  readonly finished: boolean;
}

/** The dialogue of a scenario, as the mock plays it. */
export class Dialogue implements Scenario {
  readonly name: string;
  readonly site: CallSite;
  state: string = START;
  /** Actions before the first command. */
  readonly opening: ActionList = new ActionList();
  readonly steps: ExpectedCommand[] = [];
  readonly #meanwhile: { state: string; expected: ExpectedCommand }[] = [];
  #at = 0;
  #lastState = START;
  #begun = false;

  constructor(name: string, site: CallSite) {
    this.name = name;
    this.site = site;
  }

  get finished(): boolean {
    return this.steps.slice(this.#at).every((step) => step.satisfied);
  }

  /** The step that it waits for. */
  get next(): ExpectedCommand | undefined {
    return this.steps.slice(this.#at).find((step) => !step.satisfied);
  }

  /** Runs the actions before the first command, once. */
  begin(env: ScriptEnvironment): void {
    if (this.#begun) return;
    this.#begun = true;
    this.opening.run(env);
  }

  /** All its commands. */
  *commands(): Iterable<ExpectedCommand> {
    yield* this.steps;
    for (const { expected } of this.#meanwhile) yield expected;
  }

  /** Adds an action behind the last command. */
  add(action: Action): void {
    (this.steps.at(-1)?.actions ?? this.opening).add(action);
  }

  enter(state: string): void {
    this.#lastState = state;
    this.add({ kind: 'do', run: () => (this.state = state) });
  }

  addMeanwhile(expected: ExpectedCommand): void {
    this.#meanwhile.push({ state: this.#lastState, expected });
  }

  /** Gives the expected command for a call, if it is the call's turn. */
  take(call: CommandCall, args: JsonObject): ExpectedCommand | undefined {
    for (let at = this.#at; at < this.steps.length; at++) {
      const step = this.steps[at]!;
      if (!step.exhausted && step.matches(call.name, args)) {
        this.#at = at;
        return step;
      }
      if (!step.satisfied) break;
    }
    return this.#meanwhile.find(
      ({ state, expected }) => state === this.state && expected.matches(call.name, args),
    )?.expected;
  }
}

/**
 * Writes a dialogue, top to bottom. Commands out of turn go to the rest of the script and the machine.
 *
 * @example
 * mock.scenario('power off', (s) => {
 *   s.on('system_powerdown').return({});
 *   s.after(2000);
 *   s.emit('SHUTDOWN', { guest: true, reason: 'guest-shutdown' });
 *   s.disconnect();
 * });
 */
export class ScenarioWriter<S extends QapiSchema = UntypedQapi> {
  readonly #dialogue: Dialogue;
  readonly #env: ScriptEnvironment;

  /** Made by `mock.scenario()`; there is no need to call it. */
  constructor(dialogue: Dialogue, env: ScriptEnvironment) {
    this.#dialogue = dialogue;
    this.#env = env;
  }

  /**
   * Waits for a command. Call the result's methods to set its reply and its count.
   * @param args - Pattern for the arguments. Default: any arguments.
   */
  on<N extends CommandName<S>>(name: N, args?: Pattern, options?: HandleOptions): Expectation<S, N> {
    return this.#command(name, args, options, (expected) => this.#dialogue.steps.push(expected));
  }

  /**
   * Answers a command any number of times while the dialogue is in the state that was entered last above this
   * line.
   * @param args - Pattern for the arguments. Default: any arguments.
   */
  meanwhile<N extends CommandName<S>>(name: N, args?: Pattern, options?: HandleOptions): Expectation<S, N> {
    return this.#command(name, args, options, (expected) => {
      expected.least = 0;
      expected.most = Infinity;
      this.#dialogue.addMeanwhile(expected);
    });
  }

  /** Enters a state. */
  state(name: string): this {
    this.#dialogue.enter(name);
    return this;
  }

  /** Sends an event. */
  emit<E extends EventName<S>>(event: E, ...rest: EmitArguments<S, E>): this {
    const [data, options = {}] = rest as [unknown, EmitOptions?];
    if (options.unchecked !== true) this.#env.rules.assertEvent(event, data);
    this.#dialogue.add({ kind: 'emit', event, data, options });
    return this;
  }

  /**
   * Waits on the mock's clock.
   * @param ms - Time in ms.
   */
  after(ms: number): this {
    this.#dialogue.add({ kind: 'after', ms, site: new CallSite() });
    return this;
  }

  /** Runs a function of the test. */
  do(run: () => void): this {
    this.#dialogue.add({ kind: 'do', run });
    return this;
  }

  /**
   * Ends every connection.
   * @param options.reset - Whether to use a TCP reset. Default false.
   */
  disconnect(options: { reset?: boolean | undefined } = {}): this {
    this.#dialogue.add({ kind: 'disconnect', reset: options.reset ?? false, all: true });
    return this;
  }

  #command<N extends CommandName<S>>(
    name: N,
    args: Pattern,
    options: HandleOptions | undefined,
    add: (expected: ExpectedCommand) => void,
  ): Expectation<S, N> {
    if (options?.unchecked !== true) this.#env.rules.assertCommand(name);
    const expected = new ExpectedCommand(name, args, new CallSite());
    add(expected);
    return new Expectation<S, N>(expected, this.#env, options);
  }
}
