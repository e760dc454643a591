import type { Duplex } from 'node:stream';
import type { CommandName, DefaultQapi, EventName, QapiSchema, UntypedQapi } from 'qmp-core';
import { blame, CallSite, checkOptions, setBrand, setTimeOutHint } from 'qmp-core/internal';
import { QmpStateError } from 'qmp-core';
import type { Pattern } from 'qmp-core/matching';
import type { BoundAddress, QmpAddressInput } from 'qmp-core/transport';
import type { MockConnection } from '../process/chardev/connection.ts';
import { MonitorSockets, type DialOptions, type MonitorOptions } from '../process/monitor-sockets.ts';
import { DEFAULT_QEMU_ARGS } from '../process/command-line/default-arguments.ts';
import { assertMachineType, readArguments } from '../process/command-line/read-arguments.ts';
import type { StartPlan } from '../process/command-line/start-plan.ts';
import type { EndSignal } from '../process/end-signal.ts';
import type { Host } from '../process/host.ts';
import { SystemClock } from '../process/node/system-clock.ts';
import { VirtualQemu } from '../process/virtual-qemu.ts';
import { MockClock } from './mock-clock.ts';
import { MockHost } from './mock-host.ts';
import type { Clock } from '../engine/clock.ts';
import { Journal } from './journal/journal.ts';
import { CommandWaiter, type WaitForCommandOptions } from './journal/command-waiter.ts';
import { receivedView, type Received, type ReceivedCommand } from './journal/received.ts';
import { FaultBook } from './fault/fault-book.ts';
import { Faults } from './fault/faults.ts';
import type { Machine } from '../machine/machine.ts';
import { machineRules } from '../machine/machine-rules.ts';
import { LIMITS, MEANT_MOCK_OPTIONS, MOCK_OPTIONS, type MockQmpOptions } from './mock-options.ts';
import { MonitorWiring } from './monitor-wiring.ts';
import { QemuStartError } from './qemu-start-error.ts';
import type { CommandCall } from '../engine/monitor/command-host.ts';
import { installedVersion } from '../version/installed.ts';
import { loadProfile, loadSchema } from '../version/load-profile.ts';
import type { QemuProfile } from '../engine/profile.ts';
import { schemaOf, type Schema } from '../engine/schema/schema.ts';
import { plainArguments, type ScriptEnvironment } from './script/call-context.ts';
import { Expectation } from './script/expectation.ts';
import { ExpectedCommand } from './script/expected-command.ts';
import { LazyAbortController } from './script/lazy-abort-controller.ts';
import { OutputRules } from './script/output-rules.ts';
import { explanations, report, type ReportInput } from './script/report.ts';
import { Dialogue, ScenarioWriter, type Scenario } from './script/scenario.ts';
import { outputSchema } from './script/output-schema.ts';
import { Script } from './script/script.ts';
import {
  EMIT_OPTIONS,
  HANDLE_OPTIONS,
  type EmitArguments,
  type EmitOptions,
  type Handler,
  type Handlers,
  type HandleOptions,
} from './script/types.ts';
import { MockVerificationError } from './script/verification-error.ts';
import { describeWaiting } from './script/waiting.ts';

/** A handler that was added. */
export interface HandlerHandle {
  /** Name of its command. */
  readonly name: string;
  /** Number of calls that it has answered. */
  readonly calls: number;
  /** Removes the handler. An older handler, if any, answers again. */
  remove(): void;
}

/**
 * A QMP server that answers as QEMU does, and that a test scripts. It listens, dials, or gives a stream in
 * memory. Behind its monitors is a virtual machine with the run states, events and queries of the chosen
 * version. The test's script takes precedence over the machine.
 *
 * Mocks are independent: two in one process don't share anything.
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
  static {
    setBrand(this, 'mock');
  }
  readonly #options: MockQmpOptions;
  readonly #profile: QemuProfile;
  readonly #schema: Schema;
  readonly #clock: Clock;
  readonly #host: Host;
  readonly #plan: StartPlan;
  readonly #qemu: VirtualQemu;
  readonly #sockets: MonitorSockets;
  readonly #script: Script;
  readonly #journal: Journal;
  readonly #waiter: CommandWaiter;
  readonly #rules: OutputRules;
  readonly #environment: ScriptEnvironment;
  readonly #faults: Faults;
  readonly #book: FaultBook;
  readonly #wiring: MonitorWiring;
  readonly #exitListeners = new Set<(exitCode: number) => void>();
  #abort = new LazyAbortController();
  #received: Received | undefined;
  #started: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /**
   * @param options - Version, command line and behaviour: see {@link MockQmpOptions}.
   * @throws QemuVersionError (a `QmpOptionError`) for an unknown version, or a folder that can't be used.
   * @throws QemuStartError if QEMU refuses `args`, with QEMU's words.
   */
  constructor(options: MockQmpOptions = {}) {
    checkOptions('MockQmp', options, MOCK_OPTIONS, MEANT_MOCK_OPTIONS);
    this.#options = options;
    this.#profile = loadProfile(options.qemu === 'installed' ? installedVersion() : options.qemu);
    this.#schema = schemaOf(this.#profile);
    this.#clock = makeClock(options.clock);
    this.#journal = new Journal(this.#clock, options.journalLimit ?? LIMITS.journal);
    this.#waiter = new CommandWaiter(() => this.#journal.received({ handshake: true }));
    this.#rules = new OutputRules(outputSchema(this.#schema), {
      compat: (options.compat ?? []).map((version) => outputSchema(loadSchema(version))),
      off: options.unchecked,
    });
    this.#environment = this.#makeEnvironment();
    this.#script = new Script(this.#environment, this.#policy());
    const book = (this.#book = new FaultBook((held) => (this.#qemu.chardevs.held = held)));
    this.#faults = new Faults(
      {
        clock: this.#clock,
        connections: () => this.connections,
        listensOn: (path) => this.#qemu.chardevs.listensOn(path),
      },
      book,
    );
    this.#wiring = new MonitorWiring({
      runner: () => this.#qemu.runner,
      script: this.#script,
      journal: this.#journal,
      waiter: this.#waiter,
      book,
      clock: this.#clock,
      oob: options.oob,
    });
    const note = (text: string): void => this.#journal.addNote(text.trimEnd());
    this.#host = options.host ?? new MockHost({ clock: this.#clock, print: note });
    this.#plan = this.#readArgs();
    this.#qemu = new VirtualQemu({
      plan: this.#plan,
      profile: this.#profile,
      host: this.#host,
      onEnd: (code) => this.#ended(code),
      script: this.#script,
      frontends: { qmp: (_monitor, ordinary) => this.#wiring.monitor(ordinary) },
      refuseNegotiation: () => book.takeRefusal(),
      onNotModelled: (what, command) => {
        if (command === undefined) this.#script.noteUnhandled('human-monitor-command', undefined, what);
      },
      unsentLimit: options.unsentLimit ?? LIMITS.unsent,
    });
    this.#sockets = new MonitorSockets({
      clock: this.#clock,
      rules: machineRules(this.#profile),
      chardevs: () => this.#qemu.chardevs,
      monitors: this.#qemu.monitors,
      nextId: () => this.#qemu.nextMonitorId(),
      pretty: options.pretty,
    });
  }

  // Section: reaching it

  /**
   * Opens everything that `args` name: monitors, chardevs and serial ports on their sockets (with `wait=on`
   * each waits for its client), the log, and the pid file. Script the mock before: clients are served from
   * now on. `listen`, `dial`, `connect` and `serve` start the mock if necessary. A second start does nothing.
   *
   * @throws QemuStartError with QEMU's words if something can't be opened.
   * @example
   * const mock = new MockQmp({ args: ['-machine', 'q35', '-qmp', 'unix:/run/vm.sock,server=on,wait=off'] });
   * await mock.start();
   */
  start(): Promise<void> {
    this.#assertRunning();
    return this.#started ?? this.#begin();
  }

  /**
   * Listens, as `-qmp unix:PATH,server=on,wait=off` does. Each call makes one monitor, which serves one
   * client at a time. Others wait without a greeting, as with QEMU.
   *
   * @param address - The address. For TCP port 0 the system chooses a port. Default: a UNIX socket in a
   *   directory of mode 0700, which {@link close} removes.
   * @returns The bound address, as `QmpClient.connect` takes it: `{ path }` or `{ host, port }`.
   * @throws QmpConnectError if it can't listen there.
   * @throws QmpStateError if the address is invalid.
   */
  async listen(address?: QmpAddressInput, options?: MonitorOptions): Promise<BoundAddress> {
    await this.start();
    return this.#sockets.listen(address, options);
  }

  /**
   * Dials a listening client, as `-qmp unix:PATH` does. Resolves when the client is connected and greeted.
   *
   * @throws QmpConnectError if there is no listener at the address.
   */
  async dial(address: QmpAddressInput, options: DialOptions = {}): Promise<void> {
    await this.start();
    await this.#sockets.dial(address, options);
  }

  /**
   * Makes a connection in memory. Returns the client's end, with the greeting in it, for `QmpClient.over`.
   */
  connect(options?: MonitorOptions): Duplex {
    this.#startAside();
    const stream = this.#sockets.connect(options);
    setTimeOutHint(stream, () => this.#waiting());
    return stream;
  }

  /** Serves a client on a stream that is already open. */
  serve(stream: Duplex, options?: MonitorOptions): void {
    this.#startAside();
    this.#sockets.serve(stream, options);
  }

  /** The open connections, oldest first, without clients that wait for their turn. */
  get connections(): readonly MockConnection[] {
    return [...this.#qemu.monitors.connections];
  }

  // Section: scripting it

  /**
   * Answers a command with a value, a function, a generator, an iterator, or a `QmpCommandError`. If a
   * command has several handlers, the newest answers. When that one is used up or removed, the one before it
   * answers again.
   *
   * If QEMU has the command, its arguments are checked first, and refused in QEMU's words.
   *
   * @throws QmpStateError if QEMU never returns this value, with the path and the reason.
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

  /** Answers one call of a command, as {@link handle} does. Then the handler before it answers again. */
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
   * Expects a command, by default exactly once. {@link verify} reports it if it doesn't come. Expectations
   * take precedence over handlers. If several match, the first one that still needs calls answers.
   *
   * @param args - Pattern for the arguments: at least these members, at every depth. Use `exactly(…)` to
   *   allow no others; matchers of any test runner may stand inside. Default: any arguments.
   * @example
   * const path = '/machine/peripheral/disk0';
   * mock.expect('device_del', { id: 'disk0' }).return({}).emit('DEVICE_DELETED', { path });
   */
  expect<N extends CommandName<S>>(name: N, args?: Pattern, options?: HandleOptions): Expectation<S, N>;
  /** The same for any name and any reply, whatever the schema says. */
  expect(
    name: string,
    args: Pattern,
    options: HandleOptions & { unchecked: true },
  ): Expectation<UntypedQapi, string>;
  expect(name: string, args?: Pattern, options: HandleOptions = {}): unknown {
    checkOptions('expect', options, HANDLE_OPTIONS);
    this.#assertOpen();
    const expected = new ExpectedCommand(name, args, new CallSite());
    this.#script.expect(expected, options.unchecked ?? false);
    return new Expectation(expected, this.#environment, options);
  }

  /**
   * Scripts a dialogue that reads top to bottom: expected commands, answers, events, delays, states.
   * {@link verify} reports a dialogue that was not played to the end.
   *
   * @param name - Name in messages. Default `scenario`.
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

  /** Accepts unhandled commands: {@link verify} doesn't report them. */
  allow(...names: string[]): void {
    this.#script.allow(names);
  }

  /**
   * Sends an event to every negotiated client. Its rate is limited if QEMU limits it.
   *
   * @throws QmpStateError if QEMU never sends this event, with the path and the reason.
   */
  emit<E extends EventName<S>>(event: E, ...rest: EmitArguments<S, E>): void;
  /** The same for any event, whatever the schema says. */
  emit(event: string, data: unknown, options: EmitOptions & { unchecked: true }): void;
  emit(event: string, data?: unknown, options: EmitOptions = {}): void {
    checkOptions('emit', options, EMIT_OPTIONS);
    if (options.unchecked !== true) this.#rules.assertEvent(event, data);
    this.#qemu.runner.emit(event, data, options);
  }

  /** Faults between the mock and its clients: see {@link Faults}. */
  get fault(): Faults {
    return this.#faults;
  }

  /** The built-in machine: its run state, and the controls of its guest. */
  get machine(): Machine {
    return this.#qemu.machine;
  }

  /**
   * Exit status of the machine once it has ended (`quit`, a guest that powers off); `undefined` while it
   * lives.
   */
  get exitCode(): number | undefined {
    return this.#qemu.runner.exitCode;
  }

  /**
   * Calls back each time the machine ends, when QEMU's process would be gone: after `quit`, after the guest
   * powers off, or after `machine.terminate()`. It does so whether a client is connected or not. By then all
   * listeners are closed, and clients have been sent everything and the end of the stream.
   *
   * @param listener - Called with the exit status.
   * @returns A function that removes the listener.
   * @example
   * mock.onExit((exitCode) => console.log(`QEMU has ended with ${exitCode}`));
   * mock.machine.guest.powerOff();
   */
  onExit(listener: (exitCode: number) => void): () => void {
    this.#exitListeners.add(listener);
    return () => void this.#exitListeners.delete(listener);
  }

  /**
   * Delivers a signal, as to QEMU's process. QEMU says so on stderr, sends SHUTDOWN with the reason
   * `host-signal`, and ends.
   *
   * @param name - `SIGTERM`, `SIGINT` or `SIGHUP`.
   * @param sender - Sender of the signal, as QEMU prints it. Default: this process.
   */
  signal(name: EndSignal, sender: string = `${process.pid} (${process.execPath})`): void {
    this.#qemu.signal(name, sender);
  }

  /**
   * The clock of delays and rate limits: `mock.clock.advance(ms)` turns it. If the mock was given another
   * clock, use that one.
   * @throws QmpStateError if the mock runs on another clock.
   */
  get clock(): MockClock {
    if (this.#clock instanceof MockClock) return this.#clock;
    throw new QmpStateError(
      "This mock runs on another clock: make it without the option 'clock' to turn its clock by hand",
    );
  }

  // Section: looking back

  /** The received commands: an array, and a function that picks by name. */
  get received(): Received {
    return (this.#received ??= receivedView(
      () => this.#journal.received({ handshake: false }),
      (name) => this.#journal.received({ handshake: true }).filter((command) => command.execute === name),
    ));
  }

  /** The record of everything received and sent. */
  get journal(): Journal {
    return this.#journal;
  }

  /**
   * Waits for a command. It finds a command that came before. One command never satisfies two waits.
   *
   * @throws QmpTimeoutError if it doesn't come in time.
   * @throws QmpStateError if the mock is closed.
   * @throws the signal's `reason` if the signal aborts.
   */
  waitForCommand(
    name: CommandName<S> | (string & {}),
    options?: WaitForCommandOptions,
  ): Promise<ReceivedCommand> {
    return this.#waiter.wait(name, options);
  }

  /**
   * Throws one error that lists every unmet expectation, every unhandled command, every scenario that was not
   * played to the end, and every mistake in the script. If all is well, it returns.
   *
   * @throws MockVerificationError if there is anything to report.
   */
  verify(): void {
    const text = report(this.#reportInput());
    if (text !== undefined) throw blame(new MockVerificationError(text), new CallSite());
  }

  /**
   * Explains why a test may have failed: everything that {@link verify} reports, with the nearest matches,
   * and the delays that wait for {@link MockClock.advance}. It's for reports, and never throws.
   *
   * @returns A text of several lines, or `undefined` if there is nothing to tell.
   * @example
   * await client.waitForEvent('DEVICE_DELETED', { timeout: 100 }).catch(() => console.log(mock.findings()))
   * // 1 event waits for mock.clock.advance(500): DEVICE_DELETED, at unplug.test.ts:19:6
   */
  findings(): string | undefined {
    return explanations(this.#reportInput());
  }

  /** The delays that wait for this mock's own clock, in words. */
  #waiting(): string | undefined {
    const delays = this.#clock instanceof MockClock ? describeWaiting(this.#clock.waiting) : [];
    return delays.length === 0 ? undefined : delays.join('; ');
  }

  #reportInput(): ReportInput {
    return {
      outcome: this.#script,
      received: this.#journal.received({ handshake: false }),
      commandNames: () => this.#schema.commands.keys(),
      version: this.#profile.name,
      problems: this.#wiring.problems,
      waiting: this.#clock instanceof MockClock ? this.#clock.waiting : [],
    };
  }

  // Section: ending

  /**
   * Resets the mock for the next test: it removes handlers, expectations, scenarios and faults, empties the
   * journal, cancels pending delays, and starts a fresh machine. Clients stay connected, and addresses stay
   * bound.
   */
  reset(): void {
    this.#abort.abort(() => new QmpStateError('The mock was reset'));
    this.#abort = new LazyAbortController();
    this.#script.reset();
    this.#journal.clear();
    this.#wiring.problems.length = 0;
    this.#faults.clear();
    this.#restart();
  }

  /**
   * Stops listening, ends every connection, cancels every delay and aborts every handler. You may call it
   * more than once.
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#abort.abort(() => new QmpStateError('The mock was closed'));
    this.#waiter.close();
    this.#book.close();
    const unread = [...this.#qemu.monitors.connections];
    const closed = this.#qemu.close(CLOSE_GRACE);
    // A client that doesn't read isn't waited for.
    for (const connection of unread) if (connection.unsentBytes > 0) connection.destroy();
    await closed;
  }

  /** Starts without waiting for it. {@link verify} reports a failure. */
  #startAside(): void {
    this.#assertRunning();
    if (this.#started === undefined) void this.#begin((error) => this.#script.noteFailure(String(error)));
  }

  #begin(onFailure?: (error: unknown) => void): Promise<void> {
    const started = this.#open(onFailure);
    // Whoever waits for it is told; nobody has to.
    started.catch(() => {});
    return (this.#started = started);
  }

  async #open(onFailure?: (error: unknown) => void): Promise<void> {
    try {
      await this.#qemu.start();
    } catch (cause) {
      const error = QemuStartError.ofFailure(this.#args, cause, this.#host.program);
      if (this.#closed === undefined) onFailure?.(error);
      await this.#qemu.close();
      throw error;
    }
  }

  #ended(code: number): void {
    for (const listener of this.#exitListeners) listener(code);
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new QmpStateError('The mock is closed: make a new one');
  }

  /** Starts the machine again for a client that comes after its end. */
  #assertRunning(): void {
    this.#assertOpen();
    if (this.exitCode !== undefined) this.#restart();
  }

  #restart(): void {
    if (this.exitCode !== undefined) this.#started = undefined;
    this.#qemu.restart();
  }

  // Section: wiring

  #handle(name: string, handler: unknown, options: HandleOptions, once: boolean): HandlerHandle {
    checkOptions('handle', options, HANDLE_OPTIONS);
    this.#assertOpen();
    const unchecked = options.unchecked ?? this.#options.unchecked ?? false;
    const added = this.#script.handle(name, handler, { once, unchecked, site: new CallSite() });
    return {
      name,
      get calls() {
        return added.answerer.calls;
      },
      remove: () => this.#script.remove(added),
    };
  }

  get #args(): readonly string[] {
    return this.#options.args ?? DEFAULT_QEMU_ARGS;
  }

  #readArgs(): StartPlan {
    const { program, file } = this.#host;
    const profile = this.#profile;
    const read = this.#host.alreadyRead?.(profile) ?? readArguments(this.#args, { profile, program, file });
    if (read.plan === undefined) throw QemuStartError.ofArguments(this.#args, read, program);
    try {
      assertMachineType(read.plan.machine.type, profile);
    } catch (error) {
      throw QemuStartError.ofFailure(this.#args, error, program);
    }
    for (const warning of read.warnings) this.#host.stderr(`${warning}\n`);
    return { ...read.plan, machine: { ...read.plan.machine, guest: this.#options.guest } };
  }

  #makeEnvironment(): ScriptEnvironment {
    const signal = (): AbortSignal => this.#abort.signal;
    return {
      clock: this.#clock,
      rules: this.#rules,
      emit: (event, data, options) => this.#qemu.runner.emit(event, data, options),
      connectionOf: (call) => this.#wiring.connectionOf(call.session),
      connections: () => this.connections,
      passthrough: (call) => this.#qemu.runner.runOnMachine(call),
      note: (text, call) => this.#journal.addNote(text, this.#wiring.connectionOf(call.session).id),
      commandNames: () => this.#schema.commands.keys(),
      get signal() {
        return signal();
      },
    };
  }

  #policy(): 'error' | 'empty' | ((call: CommandCall) => unknown) {
    const { onNotModelled = 'error' } = this.#options;
    if (typeof onNotModelled !== 'function') return onNotModelled;
    return (call) => onNotModelled({ name: call.name, args: plainArguments(call) });
  }
}

/** Time in ms (real time) that a client may take to see the end of the stream when the mock is closed. */
const CLOSE_GRACE = 500;

function makeClock(clock: MockQmpOptions['clock']): Clock {
  if (clock === undefined || clock === 'manual') return new MockClock();
  return clock === 'system' ? new SystemClock() : clock;
}
