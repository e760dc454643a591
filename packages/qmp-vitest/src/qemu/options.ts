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
 * Transport between client and monitor.
 *
 * - `accept`: the client's side listens on a UNIX socket, QEMU dials in, without a race and without polling.
 *   This is the default.
 * - `connect`: QEMU listens (`server=on,wait=off`), the client's side dials until it answers.
 * - `fd`: QEMU inherits one end of a socket pair as descriptor 3. There is no socket file.
 */
export type QemuTransport = 'accept' | 'connect' | 'fd';

/** Options of {@link QemuProcess.stop}. */
export interface QemuStopOptions {
  /** Time in ms to wait for the end after `quit`. Default: 3000; 0 skips the step. */
  quitTimeout?: number | undefined;
  /** Time in ms to wait for the end after SIGTERM. Default: 2000; 0 skips the step. */
  termTimeout?: number | undefined;
  /** Time in ms to wait for the end after SIGKILL. Default: 5000. */
  killTimeout?: number | undefined;
}

/**
 * Options of a QEMU. They are plain data that survives `structuredClone`, so a config file can provide them.
 *
 * @example
 * const options: QemuOptions = { args: ['-machine', 'q35', '-m', '64M'], paused: true }
 */
export interface QemuOptions extends QemuStopOptions {
  /**
   * The program: a name to look up on `PATH`, or a path. Default: `QMP_QEMU_BINARY`, else `qemu-system-` and
   * the host's architecture.
   */
  binary?: string | undefined;
  /**
   * Arguments that every machine gets, before those of the connection. Default: `DEFAULT_QEMU_ARGS`, which is
   * `-machine none -nodefaults -no-user-config -display none`. Give `[]` to start from nothing.
   */
  defaultArgs?: readonly string[] | undefined;
  /**
   * Arguments of this machine, after all others. In QEMU a later `-machine`, `-display`, `-m` or `-cpu` wins
   * over an earlier one, so this is enough to change most of the defaults.
   */
  args?: readonly string[] | undefined;
  /** `-S`: the machine stays in `prelaunch` until `cont`. Default: false. */
  paused?: boolean | undefined;
  /** Connects the first serial port to {@link QemuProcess.console}. Default: false. */
  console?: boolean | undefined;
  /** Environment variables laid over the present ones; `undefined` removes one. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Working directory. Default: the present one. */
  cwd?: string | undefined;
  /**
   * Deadline in ms from the start of the process to the negotiated connection. Default: 15 000; `null` for no
   * deadline.
   */
  launchTimeout?: number | null | undefined;
  /**
   * Number of machines that may run at once, over all test workers and all other processes of this user on
   * this host. The launch waits for its turn, and `launchTimeout` begins after that. Default:
   * `QMP_MAX_MACHINES`, else no limit. It works on Linux only. A test that needs several machines at once
   * needs a limit well above that: tests that hold one each and wait for another would wait for each other.
   */
  maxMachines?: number | undefined;
  /**
   * Characters of stderr, stdout and console to keep in memory, each. Default: 262 144. The log files have
   * everything.
   */
  outputLimit?: number | undefined;
}

/** Options of {@link launchQemu}. */
export interface LaunchQemuOptions extends QemuOptions {
  /** Transport between client and monitor. Default: `'accept'`. */
  transport?: QemuTransport | undefined;
  /** Gives up: the launch rejects with the signal's `reason`, after the process is gone. */
  signal?: AbortSignal | undefined;
  /** Options of the client. Its deadline and signal are `launchTimeout` and `signal` above. */
  client?: Omit<QmpConnectOptions, 'negotiate' | 'timeout' | 'signal'> | undefined;
}

/** A rule for each of {@link LaunchQemuOptions}. */
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
