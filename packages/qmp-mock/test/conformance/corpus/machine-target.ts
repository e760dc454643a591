import { MockClock } from '../../../src/mock/mock-clock.ts';
import { Dispatcher } from '../../../src/machine/dispatcher.ts';
import { Machine } from '../../../src/machine/machine.ts';
import type { MachineOptions } from '../../../src/machine/machine-options.ts';
import { EventHub } from '../../../src/engine/monitor/event-hub.ts';
import { MonitorSession } from '../../../src/engine/monitor/session.ts';
import { loadProfile, loadSchema } from '../../../src/version/load-profile.ts';
import { checkArguments } from '../../../src/engine/schema/check-arguments.ts';
import type { Case } from '../../../../../tools/src/conformance/corpus-case.ts';

/** What the driver needs to hear from a client's connection. */
export interface ClientSide {
  /** Bytes came. */
  received(data: string): void;
  /** The program closed the connection. */
  closed(): void;
}

/** A monitor of the command line, with the socket that its clients use. */
interface MonitorSpec {
  readonly path: string;
  readonly pretty: boolean;
}

/** A command line as far as this target understands it. */
export interface CommandLine {
  readonly machine: MachineOptions;
  readonly monitors: readonly MonitorSpec[];
}

const keywords = (text: string): Map<string, string> =>
  new Map(text.split(',').map((part) => part.split(/=(.*)/s, 2) as [string, string]));

/**
 * Reads a command line of the corpus.
 *
 * @returns The machine and its monitors, or why the case cannot be run without a process.
 */
export function readCommandLine({ args, chunks }: Case): CommandLine | string {
  const machine: MachineOptions = {};
  const monitors: MonitorSpec[] = [];
  const sockets = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const option = args[i]!;
    const value = (): string => args[++i]!;
    if (option === '-nodefaults') continue;
    if (option === '-S') machine.paused = true;
    else if (option === '-preconfig') machine.preconfig = true;
    else if (option === '-display' || option === '-bios') value();
    else if (option === '-machine') machine.type = value().split(',')[0];
    else if (option === '-m') machine.memory = Number(value());
    else if (option === '-smp') machine.cpus = Number(value());
    else if (option === '-name') machine.name = value();
    else if (option === '-uuid') machine.uuid = value();
    else if (option === '-no-shutdown') machine.action = { ...machine.action, shutdown: 'pause' };
    else if (option === '-no-reboot') machine.action = { ...machine.action, reboot: 'shutdown' };
    else if (option === '-incoming') machine.incoming = value();
    else if (option === '-chardev') {
      const text = value();
      const words = keywords(text);
      if (!text.startsWith('socket,') || words.has('telnet') || words.has('reconnect'))
        return `-chardev ${text}`;
      sockets.set(words.get('id')!, words.get('path') ?? '');
    } else if (option === '-mon') {
      const words = keywords(value());
      const path = sockets.get(words.get('chardev') ?? '');
      if (path === undefined || words.get('mode') !== 'control') return `-mon of another kind`;
      monitors.push({ path, pretty: words.get('pretty') === 'on' });
    } else if (option === '-qmp') {
      const text = value();
      if (text === 'stdio') monitors.push({ path: '', pretty: false });
      else if (text.startsWith('unix:')) monitors.push({ path: text.slice(5).split(',')[0]!, pretty: false });
      else return `-qmp ${text}`;
    } else return option;
  }
  for (const chunk of chunks) {
    if (chunk.fds !== undefined) return 'passes descriptors';
    if (chunk.ctl === 'signal' || chunk.ctl === 'write_file' || chunk.ctl === 'accept') return chunk.ctl;
  }
  return monitors.length === 0 ? 'no monitor' : { machine, monitors };
}

/** One client's connection. */
export class TargetConnection {
  readonly #monitor: TargetMonitor;
  readonly side: ClientSide;
  session: MonitorSession | undefined;
  /** What it sent before it was served. */
  readonly early: Buffer[] = [];
  #ended = false;

  constructor(monitor: TargetMonitor, side: ClientSide) {
    this.#monitor = monitor;
    this.side = side;
  }

  send(bytes: Buffer): void {
    if (this.session === undefined) this.early.push(bytes);
    else this.session.receive(bytes);
  }

  /** The client ends its half. QEMU does not mind the end of its standard input. */
  end(): void {
    if (this.#monitor.path === '') return;
    this.#ended = true;
    this.session?.end();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The client closes. */
  close(): void {
    this.#monitor.gone(this);
  }
}

/** A monitor: one client at a time, the others wait without a greeting. */
class TargetMonitor {
  readonly #spec: MonitorSpec;
  readonly #target: MachineTarget;
  #current: TargetConnection | undefined;
  readonly #waiting: TargetConnection[] = [];

  constructor(target: MachineTarget, spec: MonitorSpec) {
    this.#target = target;
    this.#spec = spec;
  }

  get path(): string {
    return this.#spec.path;
  }

  connect(side: ClientSide): TargetConnection {
    const connection = new TargetConnection(this, side);
    this.#waiting.push(connection);
    this.#serve();
    return connection;
  }

  #serve(): void {
    if (this.#current !== undefined) return;
    const connection = this.#waiting.shift();
    if (connection === undefined) return;
    this.#current = connection;
    const session = new MonitorSession({
      profile: this.#target.profile,
      host: this.#target.dispatcher,
      pretty: this.#spec.pretty,
      output: (data) => connection.side.received(String(data)),
      close: () => {
        connection.side.closed();
        this.gone(connection);
      },
    });
    connection.session = session;
    this.#target.hub.add(session);
    session.open();
    for (const bytes of connection.early) session.receive(bytes);
    if (connection.ended) session.end();
  }

  gone(connection: TargetConnection): void {
    const waits = this.#waiting.indexOf(connection);
    if (waits !== -1) this.#waiting.splice(waits, 1);
    if (this.#current !== connection) return;
    this.#target.hub.delete(connection.session!);
    connection.session!.destroy();
    this.#current = undefined;
    this.#serve();
  }

  /** The program ends. */
  shutdown(): void {
    for (const connection of [this.#current, ...this.#waiting]) {
      connection?.session?.destroy();
      connection?.side.closed();
    }
    this.#current = undefined;
    this.#waiting.length = 0;
  }
}

/** The mock's machine behind monitors in memory: what `fake-qemu` is, without process, sockets and real time. */
export class MachineTarget {
  readonly clock: MockClock = new MockClock();
  readonly profile: ReturnType<typeof loadProfile>;
  readonly hub: EventHub;
  readonly dispatcher: Dispatcher;
  readonly #monitors: TargetMonitor[];
  #exited = false;

  constructor(version: string, commandLine: CommandLine) {
    this.profile = loadProfile(version);
    const schema = loadSchema(version);
    this.hub = new EventHub({ clock: this.clock });
    this.#monitors = commandLine.monitors.map((spec) => new TargetMonitor(this, spec));
    const machine = new Machine(
      this.profile,
      {
        emit: (event, data) => this.hub.emit(event, data),
        exit: () => this.#exit(),
        clock: this.clock,
      },
      commandLine.machine,
    );
    this.dispatcher = new Dispatcher({
      machine,
      schema: {
        find: (name) => schema.commands.get(name),
        check: (name, args) => checkArguments(schema, name, args),
      },
    });
  }

  #exit(): void {
    if (this.#exited) return;
    this.#exited = true;
    for (const monitor of this.#monitors) monitor.shutdown();
  }

  /** Connects to a socket of the command line; `undefined` where there is none. */
  connect(path: string | undefined, side: ClientSide): TargetConnection | undefined {
    if (this.#exited) return undefined;
    const monitor = this.#monitors.find((one) => path === undefined || one.path === path);
    return monitor?.connect(side);
  }

  stop(): void {
    this.#exit();
    this.hub.clear();
  }
}
