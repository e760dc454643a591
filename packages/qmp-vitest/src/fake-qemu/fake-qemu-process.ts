import type { Faults, Machine, MockQmp, ReceivedCommand } from 'qmp-mock';
import type { QmpBackend } from '../options.ts';
import type { MachineStory } from '../report/story.ts';
import type { QemuCommand } from './qemu-command.ts';

/** A signal that QEMU handles itself. */
export type QemuSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/**
 * A `qemu-system-*` that the code under test has started. By default a mock stands behind its monitors:
 * script it, look at the commands that it received, or break it. On the backends `qemu` and `record` it is a
 * real QEMU, and on `replay` a recording of one, with the same face; what only a mock can do then throws a
 * QmpStateError.
 *
 * The sockets and the pid file of a mock are there as soon as QEMU's would be. Clients are served when the
 * code after `await fakeQemu.next()` first waits for something, so everything scripted before that is there
 * before the first answer.
 *
 * @example
 * const vm = await fakeQemu.next();
 * vm.mock.handle('query-block', []);
 * expect(vm.option('-m')).toBe('512M');
 */
export interface FakeQemuProcess extends QemuCommand {
  /** Kind of machine behind it. */
  readonly backend: QmpBackend;
  /** The mock that answers on each of its monitors. Only on the backend `mock`. */
  readonly mock: MockQmp;
  /** Process id that its parent sees. */
  readonly pid: number;
  /** Its working directory. */
  readonly cwd: string;
  /**
   * Its environment. It's a getter, so that an assertion's diff doesn't print the tokens in a CI job's
   * environment.
   */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Resolves when clients are served. Rejects with QEMU's words if something can't be opened. A real QEMU has
   * then read its command line; it opens its monitors by itself.
   */
  readonly opened: Promise<void>;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  /**
   * How it ended, in words; `undefined` while it runs. Of a real QEMU only its parent knows more than that it
   * did.
   */
  readonly exitDescription: string | undefined;
  /** The commands that its QMP monitors have received, handshake aside. */
  readonly received: Iterable<ReceivedCommand>;
  /** Its machine: the run state, and the guest's controls. Only on the backend `mock`. */
  readonly machine: Machine;
  /** Faults between its monitors and their clients. Only on the backend `mock`. */
  readonly fault: Faults;
  /** Writes to its standard error stream, as QEMU does when it complains. Only on the backend `mock`. */
  stderr(text: string): void;
  /** Writes to its standard output stream. Only on the backend `mock`. */
  stdout(text: string): void;
  /**
   * Sets the handler of signals. By default it does as QEMU does: it sends a SHUTDOWN event with the reason
   * `host-signal` and exits with code 0. With a handler that does nothing, only SIGKILL ends it. Before its
   * monitors are open, any signal kills it, as it kills QEMU. Only on the backend `mock`.
   */
  onSignal(handler: (signal: QemuSignal) => void): void;
  /**
   * Ends with this exit code. Its monitors close, and its sockets and its pid file go. Default: 0, which is
   * the only one that a real QEMU can be made to end with.
   */
  exit(code?: number): Promise<void>;
  /** Ends by a signal, as a crash does: its sockets and its pid file stay. Default: `SIGABRT`. */
  crash(signal?: NodeJS.Signals): Promise<void>;
  /**
   * Throws if the mock has complaints (see `MockQmp.verify`), or the conversation differs from the recording.
   * A real QEMU has none.
   */
  verify(): void;
  /** Remarks that may explain a failure. */
  findings(): string | undefined;
  /** Tells its story, for a report. */
  story(): MachineStory;
}
