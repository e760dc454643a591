import type { Duplex } from 'node:stream';
import type { CommandName, DefaultQapi, EventName, QapiSchema, UntypedQapi } from 'qmp-core';
import { blame, CallSite, checkOptions, setBrand } from 'qmp-core/internal';
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
   * @param options - Which QEMU to be and how; see {@link MockQmpOptions}.
   * @throws QemuVersionError (a `RangeError`) for a version that is not there, and for a folder that cannot be used; QemuStartError for
   *   `args` that QEMU refuses, with QEMU's words.
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
   * Opens everything that `args` name: monitors, chardevs and serial ports on their sockets (with `wait=on` each waits for its client),
   * the log, the pid file. Script the mock before: clients are served from now on. `listen` and `dial` do it first, `connect` and
   * `serve` beside what they do; once it has started, nothing is left to do.
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
   * Listens, as `-qmp unix:PATH,server=on,wait=off` does. Each call makes one monitor, which serves one client at a time; others
   * wait without a greeting, as QEMU lets them.
   *
   * @param address - Where; a TCP port of 0 is chosen by the system. Default: a UNIX socket in a directory of mode 0700,
   *   which {@link close} removes.
   * @returns Where it listens, as `QmpClient.connect` takes it: `{ path }` or `{ host, port }`.
   * @throws QmpConnectError where it cannot listen there; QmpStateError for what is no address.
   */
  async listen(address?: QmpAddressInput, options?: MonitorOptions): Promise<BoundAddress> {
    await this.start();
    return this.#sockets.listen(address, options);
  }

  /**
   * Dials a client that listens, as `-qmp unix:PATH` does; resolves when it is connected and greeted.
   *
   * @throws QmpConnectError where nobody listens there.
   */
  async dial(address: QmpAddressInput, options: DialOptions = {}): Promise<void> {
    await this.start();
    await this.#sockets.dial(address, options);
  }

  /** Makes a connection in memory: gives the client's end, with the greeting in it, for `QmpClient.over`. */
  connect(options?: MonitorOptions): Duplex {
    this.#startAside();
    return this.#sockets.connect(options);
  }

  /** Serves a client on a stream that is already open. */
  serve(stream: Duplex, options?: MonitorOptions): void {
    this.#startAside();
    this.#sockets.serve(stream, options);
  }

  /** The connections that are open, oldest first; clients that wait for their turn are not among them. */
  get connections(): readonly MockConnection[] {
    return [...this.#qemu.monitors.connections];
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
    checkOptions('expect', options, HANDLE_OPTIONS);
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
    checkOptions('emit', options, EMIT_OPTIONS);
    if (options.unchecked !== true) this.#rules.assertEvent(event, data);
    this.#qemu.runner.emit(event, data, options);
  }

  /** What can go wrong between the mock and its clients: see {@link Faults}. */
  get fault(): Faults {
    return this.#faults;
  }

  /** The built-in machine: its run state, and what its guest can be made to do. */
  get machine(): Machine {
    return this.#qemu.machine;
  }

  /** Exit status of the machine once it has ended (`quit`, a guest that powers off); `undefined` while it lives. */
  get exitCode(): number | undefined {
    return this.#qemu.runner.exitCode;
  }

  /**
   * Calls back each time the machine ends (`quit`, a guest that powers off, `machine.terminate()`), whether a client is connected or
   * not: where QEMU's process would be gone. By then nothing listens any more; clients have been sent all that there was to
   * send, and the end of the stream.
   *
   * @param listener - Is given the exit status.
   * @returns A function that takes the listener away.
   * @example
   * mock.onExit((exitCode) => console.log(`QEMU has ended with ${exitCode}`));
   * mock.machine.guest.powerOff();
   */
  onExit(listener: (exitCode: number) => void): () => void {
    this.#exitListeners.add(listener);
    return () => void this.#exitListeners.delete(listener);
  }

  /**
   * A signal comes, as to QEMU's process: QEMU says so on its standard error stream, sends SHUTDOWN with the reason `host-signal`, and
   * ends.
   *
   * @param name - `SIGTERM`, `SIGINT` or `SIGHUP`.
   * @param sender - Process that sent it, as QEMU prints that. Default: this one.
   */
  signal(name: EndSignal, sender: string = `${process.pid} (${process.execPath})`): void {
    this.#qemu.signal(name, sender);
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
    const text = report(this.#reportInput());
    if (text !== undefined) throw blame(new MockVerificationError(text), new CallSite());
  }

  /**
   * What the mock knows that may explain why a test failed: all that {@link verify} complains of, with what came nearest, and what
   * waits for {@link MockClock.advance}. It's for reports, and never throws.
   *
   * @returns A text of several lines, or `undefined` where there is nothing to tell.
   * @example
   * await client.waitForEvent('DEVICE_DELETED', { timeout: 100 }).catch(() => console.log(mock.findings()))
   * // 1 event waits for mock.clock.advance(500): DEVICE_DELETED, at unplug.test.ts:19:6
   */
  findings(): string | undefined {
    return explanations(this.#reportInput());
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
   * Back to the start for the next test: no handler, expectation, scenario or fault, an empty journal, a fresh machine. Delays that are
   * pending are called off. Clients stay connected, and addresses bound.
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
   * Stops listening, ends every connection, calls off every delay and aborts every handler. May be called more than once.
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

  /** Starts, for whoever can't wait for it: a failure is told by {@link verify}. */
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

  /** Who comes after the machine has ended finds one that was started again. */
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
    const { program } = this.#host;
    const read = readArguments(this.#args, { profile: this.#profile, program, file: this.#host.file });
    if (read.plan === undefined) throw QemuStartError.ofArguments(this.#args, read, program);
    try {
      assertMachineType(read.plan.machine.type, this.#profile);
    } catch (error) {
      throw QemuStartError.ofFailure(this.#args, error, program);
    }
    for (const warning of read.warnings) this.#host.stderr(`${warning}\n`);
    return read.plan;
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

/** How long a client may take to see the end of the stream when the mock is closed, in ms of real time. */
const CLOSE_GRACE = 500;

function makeClock(clock: MockQmpOptions['clock']): Clock {
  if (clock === undefined || clock === 'manual') return new MockClock();
  return clock === 'system' ? new SystemClock() : clock;
}
