import type { QmpConnectOptions } from 'qmp-core';
import {
  BOOLEAN,
  countFrom,
  OBJECT,
  oneOf,
  SIGNAL,
  TEXT,
  TEXTS,
  TIMEOUT,
  type OptionRules,
} from 'qmp-core/internal';

/**
 * How the client and the monitor meet.
 *
 * - `accept`: the client's side listens on a UNIX socket, QEMU dials in. No race, no polling. The default.
 * - `connect`: QEMU listens (`server=on,wait=off`), the client's side dials until it answers.
 * - `fd`: QEMU inherits one end of a socket pair as descriptor 3. Nothing in the file system.
 */
export type QemuTransport = 'accept' | 'connect' | 'fd';

/** How patient a stop is. */
export interface QemuStopOptions {
  /** How long to wait for the end after `quit`, in ms. Default: 3000; 0 leaves the step out. */
  quitTimeout?: number | undefined;
  /** How long to wait for the end after SIGTERM, in ms. Default: 2000; 0 leaves the step out. */
  termTimeout?: number | undefined;
  /** How long to wait for the end after SIGKILL, in ms. Default: 5000. */
  killTimeout?: number | undefined;
}

/**
 * How QEMU is started. Plain data: it survives `structuredClone`, so that a config file can provide it.
 *
 * @example
 * const options: QemuOptions = { args: ['-machine', 'q35', '-m', '64M'], paused: true }
 */
export interface QemuOptions extends QemuStopOptions {
  /**
   * The program: a name that is looked for on `PATH`, or a path. Default: `QMP_QEMU_BINARY`, else
   * `qemu-system-` and the host's architecture.
   */
  binary?: string | undefined;
  /**
   * Arguments that every machine gets, before those of the connection. Default: `DEFAULT_QEMU_ARGS`, which is
   * `-machine none -nodefaults -no-user-config -display none`. Give `[]` to start from nothing.
   */
  defaultArgs?: readonly string[] | undefined;
  /**
   * Arguments of this machine, after all others. QEMU lets a later `-machine`, `-display`, `-m` or `-cpu` win
   * over an earlier one, so this is enough to change most of the defaults.
   */
  args?: readonly string[] | undefined;
  /** `-S`: the machine stays in `prelaunch` until `cont`. Default: false. */
  paused?: boolean | undefined;
  /** Connects the first serial port to {@link QemuProcess.console}. Default: false. */
  console?: boolean | undefined;
  /** Environment variables laid over the present ones; `undefined` takes one away. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Working directory. Default: the present one. */
  cwd?: string | undefined;
  /** Deadline in ms from the start of the process to the negotiated connection. Default: 15 000; `null` for none. */
  launchTimeout?: number | null | undefined;
  /**
   * How many machines may run at once, over all test workers and all other processes of this user on this host; the
   * launch waits for its turn, and `launchTimeout` begins after that. Default: `QMP_MAX_MACHINES`, else no limit. Only
   * on Linux. A test that needs several machines at once needs a limit well above that: tests that hold one each and
   * wait for another would wait for each other.
   */
  maxMachines?: number | undefined;
  /** How many characters of stderr, stdout and console are kept in memory, each. Default: 262 144. The log files have all. */
  outputLimit?: number | undefined;
}

/** What {@link launchQemu} can be told. */
export interface LaunchQemuOptions extends QemuOptions {
  /** How client and monitor meet. Default: `'accept'`. */
  transport?: QemuTransport | undefined;
  /** Gives the launch up: it rejects with the signal's `reason`, after the process is gone. */
  signal?: AbortSignal | undefined;
  /** Options of the client; `launchTimeout` and `signal` above are its deadline and signal. */
  client?: Omit<QmpConnectOptions, 'negotiate' | 'timeout' | 'signal'> | undefined;
}

/** What each of {@link LaunchQemuOptions} has to be. */
export const LAUNCH_OPTIONS: OptionRules<LaunchQemuOptions> = {
  binary: TEXT,
  defaultArgs: TEXTS,
  args: TEXTS,
  paused: BOOLEAN,
  console: BOOLEAN,
  env: OBJECT,
  cwd: TEXT,
  launchTimeout: TIMEOUT,
  maxMachines: countFrom(1),
  outputLimit: countFrom(0),
  quitTimeout: TIMEOUT,
  termTimeout: TIMEOUT,
  killTimeout: TIMEOUT,
  transport: oneOf(['accept', 'connect', 'fd']),
  signal: SIGNAL,
  client: OBJECT,
};

/** Default of `launchTimeout`, in ms. */
export const DEFAULT_LAUNCH_TIMEOUT = 15_000;

/** Default of `outputLimit`, in characters. */
export const DEFAULT_OUTPUT_LIMIT = 262_144;
