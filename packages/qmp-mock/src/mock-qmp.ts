import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import type { CommandName, DefaultQapi, EventName, QapiSchema, UntypedQapi } from 'qmp-core';
import { QmpStateError } from 'qmp-core';
import type { BoundAddress, QmpAddressInput } from 'qmp-core/transport';
import type { Connection, MockConnection } from './chardev/connection.ts';
import { Monitors, type DialOptions } from './chardev/monitors.ts';
import { MockClock, SystemClock, type Clock } from './clock.ts';
import { Journal } from './journal/journal.ts';
import { CommandWaiter, type WaitForCommandOptions } from './journal/command-waiter.ts';
import { receivedView, type Received, type ReceivedCommand } from './journal/received.ts';
import { bytesOf, type PassingMessage } from './fault/fault-rule.ts';
import { Faults } from './fault/faults.ts';
import { ShapedOutlet } from './fault/shaped-outlet.ts';
import type { Machine } from './machine/machine.ts';
import { MockMachine } from './mock-machine.ts';
import { LIMITS, type MockQmpOptions } from './mock-options.ts';
import type { CommandCall } from './monitor/command-host.ts';
import type { OutgoingMessage } from './monitor/messages.ts';
import type { MonitorSession } from './monitor/session.ts';
import type { MonitorSessionOptions } from './monitor/session-options.ts';
import { loadProfile } from './profile/load-profile.ts';
import type { QemuProfile } from './profile/profile.ts';
import { loadSchema, type Schema } from './schema/schema.ts';
import { plainArguments, type ScriptEnvironment } from './script/call-context.ts';
import { CallSite } from './script/call-site.ts';
import { Expectation } from './script/expectation.ts';
import { ExpectedCommand } from './script/expected-command.ts';
import type { Pattern } from './script/matching.ts';
import { OutputRules } from './script/output-rules.ts';
import { report } from './script/report.ts';
import { Dialogue, ScenarioWriter, type Scenario } from './script/scenario.ts';
import { outputSchema } from './script/output-schema.ts';
import { Script } from './script/script.ts';
import type { EmitArguments, EmitOptions, Handler, Handlers, HandleOptions } from './script/types.ts';
import { MockVerificationError } from './script/verification-error.ts';

/** A handler that was added. */
export interface HandlerHandle {
  /** Name of its command. */
  readonly name: string;
  /** How many calls it has answered. */
  readonly calls: number;
  /** Takes it away: what answered before it does so again. */
  remove(): void;
}

/**
 * A QMP server that answers as QEMU does, and that a test scripts. It listens, dials, or hands out a stream in memory;
 * behind its monitors is a virtual machine with a run state, events and the queries of the chosen version. What the
 * test scripts comes before what the machine does.
 *
 * Each mock stands alone: two in one process share nothing.
 *
 * @example
 * const mock = new MockQmp();
 * mock.handle('query-block', []);
 * const client = await QmpClient.over(mock.connect());
 * await client.execute('stop');
 * mock.received('stop').length; // 1
 * mock.verify();
 * await mock.close();
 */
export class MockQmp<S extends QapiSchema = DefaultQapi> {
  readonly #options: MockQmpOptions;
  readonly #profile: QemuProfile;
  readonly #schema: Schema;
  readonly #clock: Clock;
  readonly #machine: MockMachine;
  readonly #monitors: Monitors;
  readonly #script: Script;
  readonly #journal: Journal;
  readonly #waiter: CommandWaiter;
  readonly #rules: OutputRules;
  readonly #environment: ScriptEnvironment;
  readonly #bySession = new Map<MonitorSession, Connection>();
  readonly #problems: string[] = [];
  readonly #faults: Faults;
  readonly #outlets = new Map<number, ShapedOutlet>();
  #abort = makeAbort();
  #received: Received | undefined;
  #closed: Promise<void> | undefined;

  /**
   * @param options - Which QEMU to be and how; see {@link MockQmpOptions}.
   * @throws RangeError for a version that is not described.
   */
  constructor(options: MockQmpOptions = {}) {
    this.#options = options;
    this.#profile = loadProfile(options.qemu);
    this.#schema = loadSchema(this.#profile.name);
    this.#clock = makeClock(options.clock);
    this.#journal = new Journal(this.#clock, options.journalLimit ?? LIMITS.journal);
    this.#waiter = new CommandWaiter(() => this.#journal.received({ handshake: true }));
    this.#rules = new OutputRules(outputSchema(this.#schema), {
      compat: (options.compat ?? []).map((version) => outputSchema(loadSchema(version))),
      off: options.unchecked,
    });
    this.#environment = this.#makeEnvironment();
    this.#script = new Script(this.#environment, this.#policy());
    this.#monitors = new Monitors({
      clock: this.#clock,
      connection: {
        session: (connection) => this.#sessionOptions(connection),
        outlet: (sink, connection) => this.#outlet(sink, connection),
        unsentLimit: options.unsentLimit ?? LIMITS.unsent,
        onOverflow: (connection) => this.#overflow(connection),
      },
      onOpen: (connection) => this.#opened(connection),
      onClose: (connection) => this.#ended(connection),
    });
    this.#faults = new Faults({
      clock: this.#clock,
      connections: () => [...this.#monitors.connections],
      park: (parked) => (this.#monitors.parked = parked),
    });
    this.#machine = new MockMachine({
      profile: this.#profile,
      schema: this.#schema,
      clock: this.#clock,
      script: this.#script,
      options: options.machine,
      refusal: () => this.#faults.takeRefusal(),
      onExit: () => void this.#monitors.shutDown(),
    });
  }

  // Section: reaching it

  /**
   * Listens, as `-qmp unix:PATH,server=on,wait=off` does. Each call makes one monitor, which serves one client at a time; others
   * wait without a greeting, as QEMU lets them.
   *
   * @param address - Where; a TCP port of 0 is chosen by the system. Default: a UNIX socket in a directory of mode 0700,
   *   which {@link close} removes.
   * @returns Where it listens, as `QmpClient.connect` takes it: `{ path }` or `{ host, port }`.
   * @throws QmpConnectError where it cannot listen there; QmpStateError for what is no address.
   */
  async listen(address?: QmpAddressInput): Promise<BoundAddress> {
    this.#assertRunning();
    return this.#monitors.listen(address);
  }

  /**
   * Dials a client that listens, as `-qmp unix:PATH` does; resolves when it is connected and greeted.
   *
   * @throws QmpConnectError where nobody listens there.
   */
  async dial(address: QmpAddressInput, options: DialOptions = {}): Promise<void> {
    this.#assertRunning();
    await this.#monitors.dial(address, options);
  }

  /** Makes a connection in memory: gives the client's end, with the greeting in it, for `QmpClient.over`. */
  connect(): Duplex {
    this.#assertRunning();
    return this.#monitors.connect();
  }

  /** Serves a client on a stream that is already open. */
  serve(stream: Duplex): void {
    this.#assertRunning();
    this.#monitors.serve(stream);
  }

  /** The connections that are open, oldest first; clients that wait for their turn are not among them. */
  get connections(): readonly MockConnection[] {
    return [...this.#monitors.connections];
  }

  // Section: scripting it

  /**
   * Answers a command: with a value, a function, a generator, an iterator, or a `QmpCommandError`. Of several handlers of a
   * command the newest answers; when it is used up or removed, the one before it.
   *
   * The arguments of a command that QEMU has are checked first, in QEMU's words.
   *
   * @throws QmpStateError for a value that QEMU never returns, with the path and the reason.
   * @example
   * mock.handle('query-block', []);
   * mock.handle('query-status', () => ({ running: false, status: 'paused' }));
   * mock.handle('eject', new QmpCommandError('DeviceNotFound', "Device 'cd0' not found"));
   */
  handle<N extends CommandName<S>>(name: N, handler: Handlers<S>[N], options?: HandleOptions): HandlerHandle;
  /** The same for any name and any reply, whatever the schema says. */
  handle(
    name: string,
    handler: Handler<UntypedQapi, string>,
    options: HandleOptions & { unchecked: true },
  ): HandlerHandle;
  handle(name: string, handler: unknown, options: HandleOptions = {}): HandlerHandle {
    return this.#handle(name, handler, options, false);
  }

  /** Answers one call of a command, as {@link handle} does; then what answered before does so again. */
  handleOnce<N extends CommandName<S>>(
    name: N,
    handler: Handlers<S>[N],
    options?: HandleOptions,
  ): HandlerHandle;
  /** The same for any name and any reply, whatever the schema says. */
  handleOnce(
    name: string,
    handler: Handler<UntypedQapi, string>,
    options: HandleOptions & { unchecked: true },
  ): HandlerHandle;
  handleOnce(name: string, handler: unknown, options: HandleOptions = {}): HandlerHandle {
    return this.#handle(name, handler, options, true);
  }

  /**
   * Expects a command, once unless more is said; {@link verify} reports it where it does not come. Expectations are asked before
   * handlers; of several that match, the first that still needs calls.
   *
   * @param args - What the arguments have to match: at least these members, deeply; `exactly(…)` for no others; matchers of any
   *   test runner inside. Default: any.
   * @example
   * mock.expect('device_del', { id: 'disk0' }).return({}).emit('DEVICE_DELETED', { path: '/machine/peripheral/disk0' });
   */
  expect<N extends CommandName<S>>(name: N, args?: Pattern, options?: HandleOptions): Expectation<S, N>;
  /** The same for any name and any reply, whatever the schema says. */
  expect(
    name: string,
    args: Pattern,
    options: HandleOptions & { unchecked: true },
  ): Expectation<UntypedQapi, string>;
  expect(name: string, args?: Pattern, options: HandleOptions = {}): unknown {
    this.#assertOpen();
    const expected = new ExpectedCommand(name, args, new CallSite());
    this.#script.expect(expected, options.unchecked ?? false);
    return new Expectation(expected, this.#environment, options);
  }

  /**
   * Writes a dialogue that reads top to bottom: commands that are waited for, what is said then, delays, states. {@link verify}
   * reports one that was not played to the end.
   *
   * @param name - For messages. Default `scenario`.
   */
  scenario(name: string, write: (scenario: ScenarioWriter<S>) => void): Scenario;
  scenario(write: (scenario: ScenarioWriter<S>) => void): Scenario;
  scenario(
    name: string | ((scenario: ScenarioWriter<S>) => void),
    write?: (scenario: ScenarioWriter<S>) => void,
  ): Scenario {
    this.#assertOpen();
    const writer = typeof name === 'function' ? name : write!;
    const title = typeof name === 'function' ? 'scenario' : name;
    const dialogue = new Dialogue(title, new CallSite());
    writer(new ScenarioWriter<S>(dialogue, this.#environment));
    this.#script.addDialogue(dialogue);
    if (this.connections.some((connection) => connection.negotiated)) this.#script.begin();
    return dialogue;
  }

  /** Lets commands pass that nothing handles: {@link verify} does not report them. */
  allow(...names: string[]): void {
    this.#script.allow(names);
  }

  /**
   * Sends an event to every negotiated client, rate-limited where QEMU limits it.
   *
   * @throws QmpStateError for an event that QEMU never sends, with the path and the reason.
   */
  emit<E extends EventName<S>>(event: E, ...rest: EmitArguments<S, E>): void;
  /** The same for any event, whatever the schema says. */
  emit(event: string, data: unknown, options: EmitOptions & { unchecked: true }): void;
  emit(event: string, data?: unknown, options: EmitOptions = {}): void {
    if (options.unchecked !== true) this.#rules.assertEvent(event, data);
    this.#machine.emit(event, data, options);
  }

  /** What can go wrong between the mock and its clients: see {@link Faults}. */
  get fault(): Faults {
    return this.#faults;
  }

  /** The built-in machine: its run state, and what its guest can be made to do. */
  get machine(): Machine {
    return this.#machine.machine;
  }

  /** Exit status of the machine once it has ended (`quit`, a guest that powers off); `undefined` while it lives. */
  get exitCode(): number | undefined {
    return this.#machine.exitCode;
  }

  /**
   * The clock that delays and rate limits run on: `mock.clock.advance(ms)` turns it. With another clock than the mock's own, use that
   * one.
   * @throws QmpStateError where the mock runs on another clock.
   */
  get clock(): MockClock {
    if (this.#clock instanceof MockClock) return this.#clock;
    throw new QmpStateError(
      "This mock runs on another clock: make it without the option 'clock' to turn its clock by hand",
    );
  }

  // Section: looking back

  /** The commands that came in: an array, and a function that picks by name. */
  get received(): Received {
    return (this.#received ??= receivedView(
      () => this.#journal.received({ handshake: false }),
      (name) => this.#journal.received({ handshake: true }).filter((command) => command.execute === name),
    ));
  }

  /** Everything that was received and sent. */
  get journal(): Journal {
    return this.#journal;
  }

  /**
   * Waits for a command. One that came before is found; none satisfies two waits.
   *
   * @throws QmpTimeoutError where it does not come in time; the signal's reason where that aborts; QmpStateError when the mock is closed.
   */
  waitForCommand(
    name: CommandName<S> | (string & {}),
    options?: WaitForCommandOptions,
  ): Promise<ReceivedCommand> {
    return this.#waiter.wait(name, options);
  }

  /**
   * Throws one error that lists every expectation that was not met, every command that nothing handled, every scenario that was
   * not played to the end, and every mistake in the script; returns where there is none.
   *
   * @throws MockVerificationError
   */
  verify(): void {
    const text = report({
      findings: this.#script,
      received: this.#journal.received({ handshake: false }),
      commandNames: () => this.#schema.commands.keys(),
      version: this.#profile.name,
      problems: this.#problems,
      pendingDelays: this.#clock instanceof MockClock ? this.#clock.pending : 0,
    });
    if (text !== undefined) throw new MockVerificationError(text);
  }

  // Section: ending

  /**
   * Back to the start for the next test: no handler, expectation, scenario or fault, an empty journal, a fresh machine. Delays that are
   * pending are called off. Clients stay connected, and addresses bound.
   */
  reset(): void {
    this.#abort.abort(new QmpStateError('The mock was reset'));
    this.#abort = makeAbort();
    this.#script.reset();
    this.#journal.clear();
    this.#problems.length = 0;
    this.#faults.clear();
    this.#machine.restart();
  }

  /**
   * Stops listening, ends every connection, calls off every delay and aborts every handler. May be called more than once.
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#abort.abort(new QmpStateError('The mock was closed'));
    this.#waiter.close();
    this.#machine.stop();
    await this.#monitors.close();
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new QmpStateError('The mock is closed: make a new one');
  }

  /** Who comes after the machine has ended finds one that was started again. */
  #assertRunning(): void {
    this.#assertOpen();
    if (this.#machine.exitCode !== undefined) this.#machine.restart();
  }

  // Section: wiring

  #handle(name: string, handler: unknown, options: HandleOptions, once: boolean): HandlerHandle {
    this.#assertOpen();
    const unchecked = options.unchecked ?? this.#options.unchecked ?? false;
    const stub = this.#script.handle(name, handler, { once, unchecked, site: new CallSite() });
    return {
      name,
      get calls() {
        return stub.answerer.calls;
      },
      remove: () => this.#script.remove(stub),
    };
  }

  #makeEnvironment(): ScriptEnvironment {
    const signal = (): AbortSignal => this.#abort.signal;
    return {
      clock: this.#clock,
      rules: this.#rules,
      emit: (event, data, options) => this.#machine.emit(event, data, options),
      connectionOf: (call) => this.#bySession.get(call.session)!,
      connections: () => [...this.#monitors.connections],
      passthrough: (call) =>
        this.#machine.models(call.name) ? this.#machine.runOnMachine(call) : this.#script.unhandled(call),
      models: (name) => this.#machine.models(name),
      commandNames: () => this.#schema.commands.keys(),
      get signal() {
        return signal();
      },
    };
  }

  #policy(): 'error' | 'empty' | ((call: CommandCall) => unknown) {
    const { onUnhandledCommand = 'error' } = this.#options;
    if (typeof onUnhandledCommand !== 'function') return onUnhandledCommand;
    return (call) => onUnhandledCommand({ name: call.name, args: plainArguments(call) });
  }

  #sessionOptions(connection: Connection): Omit<MonitorSessionOptions, 'output' | 'close' | 'onPause'> {
    return {
      profile: this.#profile,
      host: this.#machine,
      pretty: this.#options.pretty,
      oobOffered: this.#options.oob,
      observer: {
        onReceive: (item) => {
          this.#journal.addReceived(item, connection.id);
          if (this.#waiter.waiting) this.#waiter.check();
        },
        onSend: (message) => {
          this.#journal.addSent(message, connection.id);
          if (message.kind === 'reply') this.#replied(connection, message);
        },
      },
      transmit: (message, write) => this.#transmit(connection, message, write),
      onHostError: (error, call) =>
        this.#script.noteFailure(`${call.name} failed in the mock: ${String(error)}`),
    };
  }

  #outlet(sink: (data: string | Uint8Array) => void, connection: number): ShapedOutlet {
    const outlet = new ShapedOutlet({
      clock: this.#clock,
      shape: () => this.#faults.shapeOf(connection),
      sink,
      onDestroy: () => {
        this.#faults.unwatch(outlet);
        this.#outlets.delete(connection);
      },
    });
    this.#faults.watch(outlet);
    this.#outlets.set(connection, outlet);
    return outlet;
  }

  /** Lets a message pass, or the fault strike that is set for it. */
  #transmit(
    connection: Connection,
    message: OutgoingMessage,
    write: (data?: string | Uint8Array) => void,
  ): void {
    const passing: PassingMessage = {
      kind: message.kind,
      command: message.kind === 'reply' ? message.command : undefined,
      text: message.text,
    };
    const rule = this.#faults.take(passing, connection.id);
    if (rule === undefined) {
      // As bytes it is a write of its own; as text it may share one with others.
      if (this.#faults.shapeOf(connection.id).active) write(bytesOf(passing));
      else write();
      return;
    }
    this.#journal.addNote(`fault: ${rule.name}`, connection.id);
    rule.apply(passing, {
      clock: this.#clock,
      write,
      writeLate: (bytes, ms) => {
        this.#outlets.get(connection.id)?.delayNext(bytes, ms);
        write(bytes);
      },
      close: () => connection.close(),
      reset: () => connection.reset(),
    });
  }

  /** Looks out for commands that this QEMU does not have, and for the end of negotiation. */
  #replied(connection: Connection, message: OutgoingMessage & { kind: 'reply' }): void {
    const { command, error } = message;
    if (command === 'qmp_capabilities') {
      if (error === undefined) this.#script.begin();
    } else if (error?.class === 'CommandNotFound' && command !== undefined && connection.negotiated) {
      if (this.#machine.find(command) !== undefined || this.#script.isAllowed(command)) return;
      const request = this.#journal.received({ handshake: false }).findLast((one) => one.execute === command);
      this.#script.noteUnhandled(command, request?.arguments, 'unknown');
    }
  }

  #opened(connection: Connection): boolean {
    this.#bySession.set(connection.session, connection);
    this.#machine.add(connection.session);
    return true;
  }

  #ended(connection: Connection): void {
    this.#bySession.delete(connection.session);
    this.#machine.delete(connection.session);
  }

  #overflow(connection: Connection): void {
    const text = `client ${connection.id} did not read: ${connection.unsentBytes} bytes waited for it, more than the option unsentLimit allows, and it was cut off`;
    this.#problems.push(text);
    this.#journal.addNote(text, connection.id);
  }
}

/** Each call that waits listens to this signal: that many listeners are no leak. */
function makeAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

function makeClock(clock: MockQmpOptions['clock']): Clock {
  if (clock === undefined || clock === 'manual') return new MockClock();
  return clock === 'system' ? new SystemClock() : clock;
}
