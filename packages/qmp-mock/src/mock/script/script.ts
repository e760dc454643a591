import { QmpCommandError, QmpStateError } from 'qmp-core';
import type { CallSite } from 'qmp-core/internal';
import type { JsonObject } from 'qmp-core/wire';
import { NOT_HANDLED, type ScriptLayer } from '../../machine/dispatcher.ts';
import type { NotModelledError } from '../../engine/not-modelled.ts';
import type { CommandCall, CommandResult } from '../../engine/monitor/command-host.ts';
import { isThenable, plainArguments, type ScriptEnvironment } from './call-context.ts';
import { ExpectedCommand } from './expected-command.ts';
import { Answerer, EXHAUSTED, ScriptError } from './reply.ts';
import { Dialogue } from './scenario.ts';
import { AddedHandler } from './added-handler.ts';
import type { ScriptOutcome, UnhandledCommand } from './script-outcome.ts';

/** Policy for a command that the machine doesn't model. */
export type NotModelledPolicy = 'error' | 'empty' | ((call: CommandCall) => unknown);

/** Number of different unhandled commands to keep. */
const UNHANDLED_MAX = 100;
const FAILURES_MAX = 100;

/**
 * A test's script. It's asked in this order: scenarios, expectations, handlers (newest first). A command that
 * none of them answers goes to the machine.
 */
export class Script implements ScriptLayer, ScriptOutcome {
  readonly #env: ScriptEnvironment;
  readonly #policy: NotModelledPolicy;
  readonly handlers: Map<string, AddedHandler[]> = new Map();
  readonly expected: ExpectedCommand[] = [];
  readonly dialogues: Dialogue[] = [];
  readonly unhandledCommands: Map<string, UnhandledCommand> = new Map();
  readonly failures: string[] = [];
  readonly #allowed = new Set<string>();
  /** Calls that the test allows to be not modelled. */
  readonly #accepted = new WeakSet<CommandCall>();
  /** Every name that was ever scripted since the last reset. */
  readonly #names = new Set<string>();
  readonly #unchecked = new Set<string>();

  constructor(env: ScriptEnvironment, policy: NotModelledPolicy) {
    this.#env = env;
    this.#policy = policy;
  }

  // Section: writing

  /** Refuses a name that a script can't answer. */
  assertName(name: string): void {
    if (typeof name !== 'string' || name === '') throw new QmpStateError('The name of a command is needed');
    if (name === 'qmp_capabilities') {
      throw new QmpStateError(
        "qmp_capabilities is the monitor's own. To have it refused, use mock.fault.refuseNegotiation(); it is in mock.received('qmp_capabilities')",
      );
    }
  }

  /** Adds a handler; the newest of a name is asked first. */
  handle(
    name: string,
    handler: unknown,
    how: { once: boolean; unchecked: boolean; site: CallSite },
  ): AddedHandler {
    this.assertName(name);
    if (handler === undefined) {
      throw new QmpStateError(
        `The handler of '${name}' is undefined. Give a value ({} for a command without a result) or a function`,
      );
    }
    if (handler instanceof Error && !(handler instanceof QmpCommandError)) {
      throw new QmpStateError(
        `The handler of '${name}' is a ${handler.name}. A client can only get a QmpCommandError: new QmpCommandError('GenericError', desc)`,
      );
    }
    if (!how.unchecked) this.#env.rules.assertCommand(name);
    const origin = { title: `handler of '${name}'`, site: how.site, unchecked: how.unchecked };
    const answerer = new Answerer(handler, name, origin, this.#env);
    const added = new AddedHandler(name, how.site, answerer, how.once, how.unchecked);
    const handlers = this.handlers.get(name);
    if (handlers === undefined) this.handlers.set(name, [added]);
    else handlers.push(added);
    this.#names.add(name);
    if (how.unchecked) this.#unchecked.add(name);
    return added;
  }

  /** Removes a handler. */
  remove(added: AddedHandler): void {
    const handlers = this.handlers.get(added.name);
    const at = handlers?.indexOf(added) ?? -1;
    if (at >= 0) handlers!.splice(at, 1);
  }

  expect(expected: ExpectedCommand, unchecked: boolean): void {
    this.assertName(expected.name);
    if (!unchecked) this.#env.rules.assertCommand(expected.name);
    else this.#unchecked.add(expected.name);
    this.expected.push(expected);
    this.#names.add(expected.name);
  }

  addDialogue(dialogue: Dialogue): void {
    for (const { name } of dialogue.commands()) this.assertName(name);
    this.dialogues.push(dialogue);
    for (const { name } of dialogue.commands()) this.#names.add(name);
  }

  /** Begins the scenarios, because a client has negotiated. */
  begin(): void {
    for (const dialogue of this.dialogues) dialogue.begin(this.#env);
  }

  /** Allows commands to come although nothing handles them. */
  allow(names: readonly string[]): void {
    for (const name of names) this.#allowed.add(name);
  }

  isAllowed(name: string): boolean {
    return this.#allowed.has(name);
  }

  /** Forgets everything. */
  reset(): void {
    this.handlers.clear();
    this.expected.length = 0;
    this.dialogues.length = 0;
    this.unhandledCommands.clear();
    this.failures.length = 0;
    this.#allowed.clear();
    this.#names.clear();
    this.#unchecked.clear();
  }

  // Section: answering

  has(name: string): boolean {
    return this.#names.has(name);
  }

  checksArguments(name: string): boolean {
    return !this.#unchecked.has(name);
  }

  run(call: CommandCall): CommandResult {
    if (!this.#names.has(call.name)) return NOT_HANDLED;
    return this.#guard(call, () => this.#answer(call));
  }

  notFound(call: CommandCall): void {
    if (!this.#allowed.has(call.name)) this.noteUnhandled(call.name, plainArguments(call), undefined);
  }

  notModelled(call: CommandCall, error: NotModelledError): CommandResult {
    const { name } = call;
    if (!this.#allowed.has(name) && !this.#accepted.has(call)) {
      this.noteUnhandled(name, plainArguments(call), error.what);
    }
    if (this.#policy === 'error') throw error;
    this.#env.note(`not modelled: ${error.what}`, call);
    if (this.#policy === 'empty') return {};
    const policy = this.#policy;
    return this.#guard(call, () => policy(call));
  }

  /**
   * Keeps a command that nothing answered, for verification.
   *
   * @param what - The thing that isn't modelled; `undefined` for a command that this QEMU doesn't have.
   */
  noteUnhandled(name: string, args: JsonObject | undefined, what: string | undefined): void {
    const key = `${name} ${what ?? ''}`;
    const known = this.unhandledCommands.get(key);
    if (known !== undefined) known.count++;
    else if (this.unhandledCommands.size < UNHANDLED_MAX) {
      this.unhandledCommands.set(key, { name, args, what, count: 1 });
    }
  }

  /** Keeps a mistake of the script, for verification. */
  noteFailure(text: string): void {
    if (this.failures.length < FAILURES_MAX && !this.failures.includes(text)) this.failures.push(text);
  }

  #answer(call: CommandCall): unknown {
    const expected = this.#take(call);
    if (expected === undefined) return this.#askStubs(call, Infinity);
    expected.calls++;
    if (expected.acceptsNotModelled) this.#accepted.add(call);
    const result = expected.actions.play(call, this.#env);
    return this.#orElse(result, () => this.#askStubs(call, Infinity));
  }

  /** Finds the expectation for a call: if several match, the first that still needs calls. */
  #take(call: CommandCall): ExpectedCommand | undefined {
    if (this.expected.length === 0 && this.dialogues.length === 0) return undefined;
    const { name } = call;
    let plain: JsonObject | undefined;
    const args = (): JsonObject => (plain ??= plainArguments(call));
    for (let at = this.dialogues.length - 1; at >= 0; at--) {
      const dialogue = this.dialogues[at]!;
      const found = dialogue.take(call, args());
      if (found !== undefined) return found;
    }
    let spare: ExpectedCommand | undefined;
    let usedUp: ExpectedCommand | undefined;
    for (const expected of this.expected) {
      if (expected.name !== name || !expected.matches(name, args())) continue;
      if (expected.exhausted) usedUp = expected;
      else if (!expected.satisfied) return this.#inTurn(expected);
      else spare = expected;
    }
    if (spare !== undefined) return this.#inTurn(spare);
    // Somebody else may answer it, but it was to come less often.
    if (usedUp !== undefined && !this.#handlersCanAnswer(name)) usedUp.surplus++;
    return undefined;
  }

  /** Notes the expectations that should have been met before. */
  #inTurn(expected: ExpectedCommand): ExpectedCommand {
    if (!expected.ordered) return expected;
    for (const before of this.expected) {
      if (before === expected) break;
      if (before.ordered && !before.satisfied) expected.early.push(before.title);
    }
    return expected;
  }

  #handlersCanAnswer(name: string): boolean {
    return this.handlers.get(name)?.some((added) => !added.usedUp) ?? false;
  }

  /** Asks the handlers from the newest that is older than `below`. */
  #askStubs(call: CommandCall, below: number): unknown {
    const handlers = this.handlers.get(call.name) ?? [];
    for (let at = Math.min(below, handlers.length) - 1; at >= 0; at--) {
      const added = handlers[at]!;
      if (added.usedUp) continue;
      const result = added.answerer.answer(call);
      if (result === EXHAUSTED) continue;
      return this.#orElse(result, () => this.#askStubs(call, at));
    }
    return NOT_HANDLED;
  }

  /** Asks the next one if a handler turns out to be used up, now or when its promise settles. */
  #orElse(result: unknown, elsewhere: () => unknown): unknown {
    if (result === EXHAUSTED) return elsewhere();
    if (!isThenable(result)) return result;
    return result.then((value) => (value === EXHAUSTED ? elsewhere() : value));
  }

  /** Turns mistakes of the script into errors for the client, and keeps them for verification. */
  #guard(call: CommandCall, produce: () => unknown): unknown {
    try {
      const result = produce();
      if (!isThenable(result)) return result;
      return result.then(
        // The dispatcher asks the machine only if it is told so at once.
        (value) => (value === NOT_HANDLED ? this.#env.passthrough(call) : value),
        (error: unknown) => this.#explain(call, error),
      );
    } catch (error) {
      return this.#explain(call, error);
    }
  }

  #explain(call: CommandCall, error: unknown): never {
    if (error instanceof QmpCommandError) throw error;
    // Nobody waits for the answer any more; the delay or fetch that was called off says so.
    if (call.signal.aborted || this.#env.signal.aborted) throw error;
    const text = error instanceof ScriptError ? error.message : `The mock failed: ${String(error)}`;
    this.noteFailure(text);
    throw new QmpCommandError('GenericError', text);
  }
}
