import { setImmediate } from 'node:timers';
import {
  MockClock,
  MockQmp,
  QemuStartError,
  SystemClock,
  type Faults,
  type Machine,
  type MockQmpOptions,
  type ReceivedCommand,
} from 'qmp-mock';
import { loadProfile } from 'qmp-mock/process';
import { faultIsRequested } from '../fault-proxy.ts';
import { hasObservers } from '../report/observers.ts';
import type { MachineStory } from '../report/story.ts';
import { journalEntries } from '../transcript/journal.ts';
import { JournalWatch } from '../transcript/journal-watch.ts';
import type { FakeQemuProcess, QemuSignal } from './fake-qemu-process.ts';
import { qmpOf, RelayedHost } from './relayed-host.ts';
import { SpawnedProcess } from './spawned-process.ts';
import type { PassedSignal, StandIn } from './stand-in.ts';

/** A `qemu-system-*` with a mock behind its monitors; its process is a launcher. */
export class MockedProcess extends SpawnedProcess implements FakeQemuProcess {
  readonly backend = 'mock';
  /** The mock that answers on each of its monitors. */
  readonly mock: MockQmp;
  /** Resolves when clients are served. Rejects with QEMU's words if something can't be opened. */
  readonly opened: Promise<void>;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  readonly #launcher: StandIn;
  readonly #host: RelayedHost;
  readonly #watch: JournalWatch | undefined;
  #exit: string | undefined;
  #ending: Promise<void> | undefined;
  #onSignal: ((signal: QemuSignal) => void) | undefined;

  /**
   * Made by `fakeQemu`.
   *
   * @param scripted - Settles when the script that the first answer needs is complete.
   */
  constructor(launcher: StandIn, options: MockQmpOptions, scripted: (vm: MockedProcess) => Promise<void>) {
    super(launcher.start);
    this.#launcher = launcher;
    const clock = clockOf(options);
    const faulty = faultIsRequested() ? qmpOf(launcher, loadProfile(options.qemu)) : undefined;
    this.#host = new RelayedHost(launcher, clock, (code, sent) => this.#machineEnded(code, sent), faulty);
    this.mock = new MockQmp({ ...options, args: this.argv, clock, host: this.#host });
    this.#watch = hasObservers() ? new JournalWatch(this.mock) : undefined;
    this.exited = launcher.ended.then(() => this.#gone());
    this.opened = this.#open(scripted);
    // It rejects for those who wait, but nobody has to wait.
    this.opened.catch(() => {});
    launcher.onSignal((signal) => this.#signalled(signal));
  }

  /** How it ended, in words; `undefined` while it runs. */
  get exitDescription(): string | undefined {
    return this.#exit;
  }

  /** Its machine: the run state, and the guest's controls. */
  get machine(): Machine {
    return this.mock.machine;
  }

  /** Faults between its monitors and their clients. */
  get fault(): Faults {
    return this.mock.fault;
  }

  /** Writes to its standard error stream, as QEMU does when it complains. */
  stderr(text: string): void {
    this.#launcher.tell({ type: 'write', stream: 'stderr', text });
  }

  /** Writes to its standard output stream. */
  stdout(text: string): void {
    this.#launcher.tell({ type: 'write', stream: 'stdout', text });
  }

  /**
   * Sets the handler of signals. By default it does as QEMU does: it sends a SHUTDOWN event with the reason
   * `host-signal` and exits with code 0. With a handler that does nothing, only SIGKILL ends it. Before its
   * monitors are open, any signal kills it, as it kills QEMU.
   */
  onSignal(handler: (signal: QemuSignal) => void): void {
    this.#onSignal = handler;
  }

  /** Ends with this exit code. Its monitors close, and its sockets and its pid file go. Default: 0. */
  exit(code: number = 0): Promise<void> {
    return this.#end(`exit code ${code}`, async () => {
      await this.mock.close();
      await this.#host.detoursEnded();
      this.#launcher.tell({ type: 'exit', code });
    });
  }

  /** Ends by a signal, as a crash does: its sockets and its pid file stay. Default: `SIGABRT`. */
  crash(signal: NodeJS.Signals = 'SIGABRT'): Promise<void> {
    return this.#end(`killed by ${signal}`, async () => this.#launcher.tell({ type: 'die', signal }));
  }

  /** The commands that its monitors have received. */
  get received(): Iterable<ReceivedCommand> {
    return this.mock.received;
  }

  /** Remarks of the mock that may explain a failure. */
  findings(): string | undefined {
    return this.mock.findings();
  }

  /** Throws if the mock has complaints; see `MockQmp.verify`. */
  verify(): void {
    this.mock.verify();
  }

  /** Tells its story, for a report. */
  story(): MachineStory {
    return {
      name: `${this.name} (pid ${this.pid})`,
      what: 'fake QEMU, started by the code under test',
      entries: journalEntries(this.mock, this.#watch),
      began: this.#watch?.began,
      commandLine: this.commandLine,
      exit: this.#exit,
    };
  }

  async #open(scripted: (vm: MockedProcess) => Promise<void>): Promise<void> {
    await this.#host.whenOpened();
    // Not before the code behind `await next()` has had its say.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    await scripted(this);
    if (this.#ending !== undefined) return;
    try {
      await this.mock.start();
    } catch (error) {
      if (error instanceof QemuStartError) this.#refuse(error);
      throw error;
    }
  }

  /** Ends as a QEMU does that finds out late that it can't start: a device, or a display, is refused. */
  #refuse({ stderr, exitCode }: QemuStartError): void {
    this.stderr(stderr);
    void this.exit(exitCode);
  }

  #signalled({ signal, sender }: PassedSignal): void {
    if (this.#onSignal !== undefined) return this.#onSignal(signal);
    this.mock.signal(signal, sender);
  }

  /** Ends the process with its machine, after `quit` or when the guest powers off. */
  #machineEnded(code: number, sent: Promise<void>): void {
    void this.#end(`exit code ${code}`, async () => {
      await sent;
      await this.#host.detoursEnded();
      this.#launcher.tell({ type: 'exit', code });
    });
  }

  #end(how: string, end: () => Promise<void>): Promise<void> {
    this.#ending ??= (async () => {
      this.#exit = how;
      await end();
      await this.exited;
    })();
    return this.#ending;
  }

  /** Notes that its test is over, which ends it. */
  testEnded(): void {
    this.#exit ??= 'ended with its test';
  }

  /** Notes that the process is gone. */
  async #gone(): Promise<void> {
    const { exitCode } = this.#launcher;
    this.#exit ??=
      exitCode === undefined ? 'ended from outside, such as by SIGKILL' : `exit code ${exitCode}`;
    await this.mock.close();
  }
}

function clockOf({
  clock = 'manual',
}: MockQmpOptions): MockClock | SystemClock | (NonNullable<MockQmpOptions['clock']> & object) {
  if (clock === 'manual') return new MockClock();
  return clock === 'system' ? new SystemClock() : clock;
}
