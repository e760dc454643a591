import { unlinkSync, writeFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import type { Duplex } from 'node:stream';
import { MockQmp, type MockQmpOptions } from 'qmp-mock';
import type { QemuStart, RequestedChardev } from 'qmp-mock/command-line';
import { quoteCommand } from '../qemu/quote.ts';
import type { MachineStory } from '../report/story.ts';
import { journalEntries } from '../transcript/journal.ts';
import { FakeChardev } from './fake-chardev.ts';
import type { Launcher } from './launcher-handle.ts';
import { findOption } from './options.ts';

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
  /** Its working directory. */
  readonly cwd: string;
  /** Resolves when its monitors are open: it listens where it is to listen, or has dialled. */
  readonly opened: Promise<void>;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  readonly #open: { resolve(): void; reject(error: unknown): void };
  readonly #launcher: Launcher;
  readonly #start: QemuStart;
  readonly #chardevs = new Map<string, FakeChardev>();
  #isOpen = false;
  #exit: string | undefined;
  #ending: Promise<void> | undefined;
  #onSignal: ((signal: QemuSignal) => void) | undefined;

  /** Made by `fakeQemu.next()`. */
  constructor(launcher: Launcher, start: QemuStart, options: MockQmpOptions) {
    super({ ...options, args: launcher.argv });
    this.#launcher = launcher;
    this.#start = start;
    this.name = launcher.name;
    this.pid = launcher.pid;
    this.argv = launcher.argv;
    this.cwd = launcher.cwd;
    let open = { resolve: (): void => {}, reject: (_error: unknown): void => {} };
    this.opened = new Promise((resolve, reject) => (open = { resolve, reject }));
    // Whoever waits for it is told; nobody has to.
    this.opened.catch(() => {});
    this.#open = open;
    this.exited = launcher.ended.then(() => this.#gone());
    launcher.onSignal((signal) => this.#signalled(signal));
    // The guest has powered off, or somebody said `quit`. Whoever is connected first hears of it.
    this.onExit((code) => {
      if (this.connections.length === 0) void this.exit(code);
    });
  }

  /** Its environment. A getter, so that no assertion's diff prints the tokens that a CI job's environment is full of. */
  get env(): Readonly<Record<string, string>> {
    return this.#launcher.env;
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
   * code 0; before its monitors are open, the signal kills it. A handler that does nothing makes a QEMU that only SIGKILL ends.
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

  /** Its monitors open by themselves. */
  override start(): Promise<void> {
    return this.opened;
  }

  /** Opens the chardevs that the command line asks for, then the monitors on them, or dies of it. Called by `fakeQemu`. */
  async bringUp(): Promise<void> {
    this.stderr(this.#start.stderr);
    try {
      for (const requested of this.#start.chardevs) await this.#openChardev(requested);
      // It may have ended while it waited for a client.
      if (this.#ending !== undefined) return;
      await this.#attachMonitors();
      const pidFile = this.#pidFile;
      if (pidFile !== undefined) writeFileSync(pidFile, `${this.pid}\n`, { mode: 0o600 });
      if (this.#launcher.background) this.#launcher.ready();
      this.#isOpen = true;
      this.#open.resolve();
    } catch (error) {
      this.#open.reject(error);
      this.#complain(error instanceof Error ? error.message : String(error));
      await this.exit(1);
    }
  }

  #complain(text: string): void {
    this.stderr(`${this.name}: ${text}\n`);
  }

  /** There is no guest: what dials on its behalf does not, and its files, pipes and terminals stay closed. */
  async #openChardev({ id, location, chardev: spec, refusal }: RequestedChardev): Promise<void> {
    const monitored = this.#start.monitors.some((monitor) => monitor.id === id);
    if (spec.kind !== 'socket' || this.#ending !== undefined || !(monitored || spec.server)) return;
    const launcher = this.#launcher;
    const complain = (text: string): void => this.#complain(text);
    const chardev = new FakeChardev({ id, spec, launcher, complain, location });
    this.#chardevs.set(id, chardev);
    try {
      await chardev.open();
    } catch (error) {
      const reason = `${location}: ${error instanceof Error ? error.message : String(error)}`;
      if (refusal === undefined) throw new Error(reason, { cause: error });
      this.#complain(reason);
      throw new Error(`${location}: ${refusal}`, { cause: error });
    }
  }

  async #attachMonitors(): Promise<void> {
    const guests = new Map(this.#chardevs);
    for (const { id, chardev, pretty } of this.#start.monitors) {
      // A kind that nothing here can talk to: the monitor is there, without a client.
      if (chardev.kind === 'stdio') this.#serve(await this.#launcher.openPipe('stdio'), pretty);
      guests.get(id)?.attach((stream) => this.#serve(stream, pretty));
      guests.delete(id);
    }
    // What is for the guest is heard by nobody.
    for (const chardev of guests.values()) chardev.attach((stream) => void stream.resume());
  }

  #serve(stream: Duplex, pretty: boolean): void {
    // A machine that has ended greets nobody any more.
    if (this.exitCode !== undefined) return void stream.destroy();
    // A machine that has ended (`quit`, a guest that powers off) closes its connections: then the process ends, too.
    stream.once('close', () => {
      if (this.exitCode !== undefined) void this.exit(this.exitCode);
    });
    this.serve(stream, { pretty: pretty || undefined });
  }

  #signalled(signal: QemuSignal): void {
    if (this.#onSignal !== undefined) return this.#onSignal(signal);
    // Before everything is open, a signal just ends QEMU.
    if (this.#isOpen) this.machine.terminate();
    else void this.crash(signal);
  }

  #end(how: string, end: () => Promise<void>): Promise<void> {
    this.#ending ??= (async () => {
      this.#exit = how;
      // First what others can see of it, then the process: who waits for its end may look for its socket.
      await this.#release();
      await end();
    })();
    return this.#ending;
  }

  /** The process is gone, by whoever's doing. */
  async #gone(): Promise<void> {
    this.#open.reject(new Error(`${this.name} ended before its monitors were open`));
    this.#exit ??= 'ended from outside, such as by SIGKILL';
    await this.#release();
  }

  /** Closes its monitors and takes its files away. */
  async #release(): Promise<void> {
    await Promise.all([this.close(), ...[...this.#chardevs.values()].map((chardev) => chardev.close())]);
    this.#removePidFile();
  }

  get #pidFile(): string | undefined {
    const { pidFile } = this.#start;
    return pidFile === undefined ? undefined : resolvePath(this.cwd, pidFile);
  }

  #removePidFile(): void {
    const pidFile = this.#pidFile;
    if (pidFile === undefined) return;
    try {
      unlinkSync(pidFile);
    } catch {
      // It was never written, or somebody else was faster.
    }
  }
}
