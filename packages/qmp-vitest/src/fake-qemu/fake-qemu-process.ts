import { unlinkSync, writeFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { MockQmp, type MockQmpOptions } from 'qmp-mock';
import { bind, dial, type BoundServer } from 'qmp-core/transport';
import { quoteCommand } from '../qemu/quote.ts';
import type { MachineStory } from '../report/story.ts';
import { journalEntries } from '../transcript/journal.ts';
import type { Launcher } from './launcher-handle.ts';
import { requestedMonitors, type MonitorChannel } from './monitors.ts';
import { findOption, pidFilePath } from './options.ts';

/** A signal that a QEMU takes care of itself. */
export type QemuSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/**
 * A `qemu-system-*` that the code under test has started, as a mock in the test: script it, look at what it received,
 * break it. It has the command line, the environment and the exit of a process.
 *
 * Its monitors open when the code that follows `await fakeQemu.next()` first waits for something: what is scripted
 * before that is there before the first client is.
 */
export class FakeQemuProcess extends MockQmp {
  /** Name that it was called by, such as `qemu-system-x86_64`. */
  readonly name: string;
  /** Process id that its parent sees. */
  readonly pid: number;
  /** Its arguments, without its own name. */
  readonly argv: readonly string[];
  /** Its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its working directory. */
  readonly cwd: string;
  /** Resolves when its monitors are open: it listens where it is to listen, or has dialled. */
  readonly opened: Promise<void>;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  readonly #open: { resolve(): void; reject(error: unknown): void };
  readonly #launcher: Launcher;
  readonly #servers: BoundServer[] = [];
  #exit: string | undefined;
  #ending: Promise<void> | undefined;
  #onSignal: ((signal: QemuSignal) => void) | undefined;

  /** Made by `fakeQemu.next()`. */
  constructor(launcher: Launcher, options: MockQmpOptions) {
    super({ ...options, machine: { ...machineOptions(launcher.argv), ...options.machine } });
    this.#launcher = launcher;
    this.name = launcher.name;
    this.pid = launcher.pid;
    this.argv = launcher.argv;
    this.env = launcher.env;
    this.cwd = launcher.cwd;
    let open = { resolve: (): void => {}, reject: (_error: unknown): void => {} };
    this.opened = new Promise((resolve, reject) => (open = { resolve, reject }));
    // Whoever waits for it is told; nobody has to.
    this.opened.catch(() => {});
    this.#open = open;
    this.exited = launcher.ended.then(() => this.#gone());
    launcher.onSignal((signal) => this.#signalled(signal));
  }

  /** The command line, quoted for a POSIX shell. */
  get commandLine(): string {
    return quoteCommand([this.name, ...this.argv]);
  }

  /** How it ended, in words; `undefined` while it runs. */
  get exitDescription(): string | undefined {
    return this.#exit;
  }

  /** Value of an option on its command line, such as `-machine`; the last one where there are several. */
  option(name: string): string | undefined {
    return findOption(this.argv, name);
  }

  /** Writes to its standard error stream, as QEMU does when it complains. */
  stderr(text: string): void {
    this.#launcher.write('stderr', text);
  }

  /** Writes to its standard output stream. */
  stdout(text: string): void {
    this.#launcher.write('stdout', text);
  }

  /**
   * What becomes of a signal. Default, as QEMU does it: a SHUTDOWN event with the reason `host-signal`, and exit
   * code 0. A handler that does nothing makes a QEMU that only SIGKILL ends.
   */
  onSignal(handler: (signal: QemuSignal) => void): void {
    this.#onSignal = handler;
  }

  /** Ends with this exit code. Its monitors close. Default: 0. */
  exit(code: number = 0): Promise<void> {
    return this.#end(`exit code ${code}`, () => this.#launcher.exit(code));
  }

  /** Ends by a signal, as a crash does. Default: `SIGABRT`. */
  crash(signal: NodeJS.Signals = 'SIGABRT'): Promise<void> {
    return this.#end(`killed by ${signal}`, () => this.#launcher.die(signal));
  }

  /** What it went through, for a report. */
  story(): MachineStory {
    return {
      name: `${this.name} (pid ${this.pid})`,
      what: 'fake QEMU, started by the code under test',
      entries: journalEntries(this),
      commandLine: this.commandLine,
      exit: this.#exit,
    };
  }

  /** Opens the monitors that the command line asks for, or dies of it. Called by `fakeQemu`. */
  async start(): Promise<void> {
    try {
      for (const { channel } of requestedMonitors(this.argv, this.cwd)) await this.#openChannel(channel);
      const pidFile = pidFilePath(this.argv, this.cwd);
      if (pidFile !== undefined) writeFileSync(pidFile, `${this.pid}\n`);
      this.#open.resolve();
    } catch (error) {
      this.#open.reject(error);
      this.stderr(`${this.name}: ${error instanceof Error ? error.message : String(error)}\n`);
      await this.exit(1);
    }
  }

  #openChannel(channel: MonitorChannel): Promise<void> {
    switch (channel.kind) {
      case 'stdio':
        return this.#launcher.openPipe('stdio').then((stream) => this.#serve(stream));
      case 'fd':
        return this.#launcher.openPipe(channel.fd).then((stream) => this.#serve(stream));
      default:
        return channel.server
          ? this.#listen(channel)
          : dial(addressOf(channel)).then((stream) => this.#serve(stream));
    }
  }

  async #listen(channel: SocketChannel): Promise<void> {
    const server = await bind(addressOf(channel));
    this.#servers.push(server);
    // One client at a time, as a monitor has it; the others wait without a greeting.
    const waiting: Duplex[] = [];
    let busy = false;
    const next = (): void => {
      const stream = waiting.shift();
      busy = stream !== undefined;
      if (stream === undefined) return;
      stream.once('close', next);
      this.#serve(stream);
    };
    server.onConnection((stream) => {
      stream.on('error', () => {});
      waiting.push(stream);
      if (!busy) next();
    });
  }

  #serve(stream: Duplex): void {
    // A machine that has ended (`quit`, a guest that powers off) closes its connections: then the process ends, too.
    stream.once('close', () => {
      if (this.exitCode !== undefined) void this.exit(this.exitCode);
    });
    this.serve(stream);
  }

  #signalled(signal: QemuSignal): void {
    if (this.#onSignal !== undefined) return this.#onSignal(signal);
    const connected = this.connections.length > 0;
    this.machine.terminate();
    // Where somebody is connected, the end of the connection ends the process: the event goes out first.
    if (!connected) void this.exit(0);
  }

  #end(how: string, end: () => Promise<void>): Promise<void> {
    this.#ending ??= (async () => {
      this.#exit = how;
      await this.close();
      this.#removePidFile();
      await end();
    })();
    return this.#ending;
  }

  /** The process is gone, by whoever's doing. */
  async #gone(): Promise<void> {
    this.#open.reject(new Error(`${this.name} ended before its monitors were open`));
    this.#exit ??= 'ended from outside, such as by SIGKILL';
    await Promise.all([this.close(), ...this.#servers.map((server) => server.close())]);
    this.#removePidFile();
  }

  #removePidFile(): void {
    const pidFile = pidFilePath(this.argv, this.cwd);
    if (pidFile === undefined) return;
    try {
      unlinkSync(pidFile);
    } catch {
      // It was never written, or somebody else was faster.
    }
  }
}

type SocketChannel = Extract<MonitorChannel, { kind: 'unix' | 'tcp' }>;

function addressOf(channel: SocketChannel): Parameters<typeof bind>[0] {
  return channel.kind === 'unix'
    ? { kind: 'unix', path: channel.path }
    : { kind: 'tcp', host: channel.host === '' ? '127.0.0.1' : channel.host, port: channel.port };
}

/** What the mock's machine takes from the command line. */
function machineOptions(argv: readonly string[]): NonNullable<MockQmpOptions['machine']> {
  const paused = argv.some((argument) => /^--?S$/.test(argument));
  const name = findOption(argv, 'name')?.replace(/^guest=|,.*$/g, '');
  return { paused, ...(name === undefined ? {} : { name }) };
}
