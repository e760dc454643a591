import { join } from 'node:path';
import { Redactor, visible } from 'qmp-core/redact';
import { QmpClient, QmpStateError, QmpTimeoutError } from 'qmp-core';
import { checkOptions } from 'qmp-core/internal';
import { detourOver } from '../fault-proxy.ts';
import { startChild, type Child } from './child.ts';
import {
  interactiveCommandLine,
  storageDaemonCommandLine,
  systemCommandLine,
  type CommandLineParts,
} from './command-line.ts';
import { QemuConsole } from './console.ts';
import { makeDirectory, type PrivateDirectory } from './directory.ts';
import { describeExit, QemuError, QemuLaunchError, type QemuExit } from './errors.ts';
import { checkLimit, settlesWithin, startDeadline, type Deadline } from './limits.ts';
import { locateQemu, locateStorageDaemon } from './locate.ts';
import { prepareLink, type MonitorLink } from './monitor-link.ts';
import {
  DEFAULT_LAUNCH_TIMEOUT,
  DEFAULT_OUTPUT_LIMIT,
  LAUNCH_OPTIONS,
  type LaunchQemuOptions,
} from './options.ts';
import { isAbandoned } from './orphan-guard.ts';
import { QemuProcess } from './process.ts';
import { quoteCommand } from './quote.ts';
import { killChild } from './shutdown.ts';
import { acquireSlot, type ReleaseSlot } from './slots.ts';
import { tetherFor } from './tether.ts';

/**
 * Starts a QEMU and connects to it. QEMU is ready when it has answered `qmp_capabilities`. A greeting alone
 * isn't enough, because QEMU greets before it makes the devices of its command line.
 *
 * @throws QemuNotFoundError if there is no QEMU.
 * @throws QemuLaunchError if it doesn't start: at once if it dies, else after `launchTimeout`. The message
 *   has the command line, the way it ended, and its stderr.
 * @throws QmpStateError if an option doesn't make sense, `-daemonize` for example.
 * @throws the `reason` of `options.signal` if that aborts.
 *
 * In each case nothing is left behind: neither a process nor a socket nor a directory.
 *
 * @example
 * await using vm = await launchQemu({ args: ['-machine', 'q35'], paused: true })
 * const { status } = await vm.client.execute('query-status') // 'prelaunch'
 */
export function launchQemu(options: LaunchQemuOptions = {}): Promise<QemuProcess> {
  return launch(options, {
    locate: () => locateQemu({ binary: options.binary, env: { ...process.env, ...options.env } }),
    commandLine: (parts) => systemCommandLine(options, parts),
    system: true,
  });
}

/** Options of {@link launchStorageDaemon}. */
export type LaunchStorageDaemonOptions = Omit<LaunchQemuOptions, 'defaultArgs' | 'paused' | 'console'>;

/**
 * Starts a `qemu-storage-daemon` and connects to it. That is a real QMP server with block devices, jobs and
 * exports but without a machine, as light as `-machine none`. `binary` defaults to
 * `QMP_STORAGE_DAEMON_BINARY`, else the one on `PATH`.
 *
 * @throws like {@link launchQemu}.
 *
 * @example
 * await using daemon = await launchStorageDaemon({ args: ['--blockdev', 'null-co,node-name=disk'] })
 * await daemon.client.execute('query-named-block-nodes')
 */
export function launchStorageDaemon(options: LaunchStorageDaemonOptions = {}): Promise<QemuProcess> {
  return launch(options, {
    locate: () => locateStorageDaemon({ binary: options.binary, env: { ...process.env, ...options.env } }),
    commandLine: (parts) => storageDaemonCommandLine(options, parts),
    system: false,
  });
}

/** Differences between the programs that can be launched. */
interface Program {
  readonly locate: () => string;
  readonly commandLine: (parts: CommandLineParts) => string[];
  readonly system: boolean;
}

/** Resources that a launch holds so far, and has to release if it fails. */
interface Attempt {
  argv: readonly string[];
  child?: Child;
  directory?: PrivateDirectory;
  link?: MonitorLink;
}

async function launch(options: LaunchQemuOptions, program: Program): Promise<QemuProcess> {
  checkOptions('launchQemu', options, LAUNCH_OPTIONS);
  const timeout = options.launchTimeout === undefined ? DEFAULT_LAUNCH_TIMEOUT : options.launchTimeout;
  const patience = checkLimit('launchTimeout', timeout);
  options.signal?.throwIfAborted();
  checkArguments(options);
  const release = await takeTurn(options);
  const deadline = startDeadline(patience, options.signal, tooLate);
  const attempt: Attempt = { argv: [] };
  try {
    deadline.signal.throwIfAborted();
    if (isAbandoned())
      throw new Error('The test runner that started this process is gone: nothing new is started');
    const vm = await start(options, program, attempt, deadline);
    void vm.exited.then(release);
    return vm;
  } catch (cause) {
    const error = await giveUp(cause, attempt, options, deadline);
    release();
    throw error;
  } finally {
    deadline.end();
    await attempt.link?.close();
  }
}

const tooLate = (timeout: number): Error =>
  new QmpTimeoutError(`No negotiated connection within ${timeout} ms (\`launchTimeout\`)`, { timeout });

/** Waits until one more machine may run, if there is a limit. */
async function takeTurn({ maxMachines, signal }: LaunchQemuOptions): Promise<ReleaseSlot> {
  const fromEnvironment = process.env['QMP_MAX_MACHINES'] ?? '';
  const limit = maxMachines ?? (fromEnvironment === '' ? undefined : Number(fromEnvironment));
  if (limit === undefined) return () => {};
  return acquireSlot(limit, signal ?? new AbortController().signal);
}

/**
 * Refuses arguments that would put QEMU into the background: that makes it another process, which can't be
 * ended from here.
 */
function checkArguments({ defaultArgs = [], args = [] }: LaunchQemuOptions): void {
  const word = [...defaultArgs, ...args].find((argument) => /^--?daemonize$/.test(argument));
  if (word === undefined) return;
  throw new QmpStateError(
    `\`${word}\` puts QEMU into the background, where it cannot be watched: leave it out`,
  );
}

async function start(
  options: LaunchQemuOptions,
  program: Program,
  attempt: Attempt,
  deadline: Deadline,
): Promise<QemuProcess> {
  const { transport = 'accept', outputLimit = DEFAULT_OUTPUT_LIMIT } = options;
  const binary = program.locate();
  attempt.argv = [binary];
  const tether = await tetherFor(binary, program.system);
  attempt.directory = makeDirectory();
  attempt.link = await prepareLink(transport, attempt.directory.path);
  const consoleFd = options.console === true ? 3 + Number(attempt.link.inherits) : undefined;
  attempt.argv = program.commandLine({
    binary,
    monitor: attempt.link.chardev,
    consoleFd,
    tether: tether.args,
  });
  deadline.signal.throwIfAborted();
  const child = await startChild({
    argv: attempt.argv,
    prefix: tether.prefix,
    sockets: Number(attempt.link.inherits) + Number(consoleFd !== undefined),
    directory: attempt.directory.path,
    env: options.env,
    cwd: options.cwd,
    outputLimit,
  });
  attempt.child = child;
  void child.exited.then((exit) => deadline.abort(new Died(exit)));
  const [monitorSocket, consoleSocket] = attempt.link.inherits
    ? child.sockets
    : [undefined, ...child.sockets];
  const logs = { limit: outputLimit, file: join(attempt.directory.path, 'console.log') };
  const console = consoleSocket === undefined ? undefined : new QemuConsole(consoleSocket, child, logs);
  const stream = await detourOver(await attempt.link.meet(monitorSocket, deadline.signal));
  const client = await QmpClient.over(stream, { ...options.client, timeout: null, signal: deadline.signal });
  const { argv, directory } = attempt;
  return new QemuProcess({ child, argv, client, console, directory, options, transport });
}

/** The abort reason if the process ended during the launch. */
class Died {
  readonly exit: QemuExit;

  constructor(exit: QemuExit) {
    this.exit = exit;
  }
}

/**
 * Time in ms that a process may take to end after it closed its monitor, so that its own exit code is known.
 */
const LAST_WORDS = 1000;

/** Releases what the launch holds, and makes the error that says why it failed. */
async function giveUp(
  thrown: unknown,
  attempt: Attempt,
  options: LaunchQemuOptions,
  deadline: Deadline,
): Promise<unknown> {
  const { child, directory, argv } = attempt;
  // A monitor that was closed in the middle of the handshake: the process is about to end, and to say why.
  if (child !== undefined && !deadline.signal.aborted) await settlesWithin(child.exited, LAST_WORDS);
  const cause: unknown = deadline.signal.aborted ? deadline.signal.reason : thrown;
  try {
    if (child?.exit === null) await killChild(child, options);
    for (const socket of child?.sockets ?? []) socket.destroy();
  } finally {
    await directory?.remove();
  }
  if (options.signal?.aborted === true && cause === options.signal.reason) return cause;
  if (cause instanceof QemuError || cause instanceof QmpStateError) return cause;
  const exit = cause instanceof Died ? cause.exit : (child?.exit ?? null);
  const shown = shownLaunch(argv, child?.stderr.text ?? '', options.env);
  return new QemuLaunchError(explainFailure(cause, shown), {
    argv: shown.argv,
    exit,
    stderr: shown.stderr,
    ...(cause instanceof Died ? {} : { cause }),
  });
}

/** Details of a launch that an error may show: such errors end up in the logs of CI jobs. */
interface ShownLaunch {
  readonly argv: readonly string[];
  readonly stderr: string;
  readonly env: LaunchQemuOptions['env'];
}

function shownLaunch(argv: readonly string[], stderr: string, env: LaunchQemuOptions['env']): ShownLaunch {
  const redactor = new Redactor();
  const shownEnv = env === undefined ? undefined : redactor.environment(env);
  const shownArgv = redactor.argv(argv);
  return { argv: shownArgv, stderr: redactor.text(visible(stderr)), env: shownEnv };
}

function explainFailure(cause: unknown, { argv, stderr, env }: ShownLaunch): string {
  const why = cause instanceof Died ? `it ended with ${describeExit(cause.exit)}` : (cause as Error).message;
  const lines = [`QEMU did not start: ${why}`, 'Command line:', indent(quoteCommand(argv, env))];
  lines.push(...(stderr.trim() === '' ? ['stderr: empty'] : ['stderr:', indent(stderr.trimEnd())]));
  if (argv.length > 1) {
    lines.push('To try it by hand, with the monitor on the terminal:');
    lines.push(indent(quoteCommand(interactiveCommandLine(argv), env)));
  }
  return lines.join('\n');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
