import { DEFAULT_QEMU_ARGS } from 'qmp-mock';
import type { QemuOptions } from './options.ts';

/** Name of the chardev behind the monitor. */
export const MONITOR_ID = 'qmp';

/** Name of the chardev behind the console. */
export const CONSOLE_ID = 'console';

/** Parts of a command line, beside the options. */
export interface CommandLineParts {
  /** The program. */
  readonly binary: string;
  /**
   * Options of the monitor's chardev after `socket,id=qmp,`. If left out, the command line doesn't have a
   * monitor: a mock's is added when the client connects.
   */
  readonly monitor?: string | undefined;
  /** Descriptor that the console's chardev inherits, if there is a console. */
  readonly consoleFd?: number | undefined;
  /** Arguments that tie QEMU to this process. */
  readonly tether?: readonly string[] | undefined;
}

type ArgumentOptions = Pick<QemuOptions, 'defaultArgs' | 'args' | 'paused'>;

/**
 * The command line of a `qemu-system-*`, the program first. The user's own arguments come last, so they win.
 *
 * The monitor is a chardev and `-qmp chardev:…`: every version takes that for all three transports, and 11.1
 * warns of `-mon`.
 */
export function systemCommandLine(options: ArgumentOptions, parts: CommandLineParts): string[] {
  return [
    parts.binary,
    ...(options.defaultArgs ?? DEFAULT_QEMU_ARGS),
    ...(parts.tether ?? []),
    ...(parts.monitor === undefined
      ? []
      : ['-chardev', `socket,id=${MONITOR_ID},${parts.monitor}`, '-qmp', `chardev:${MONITOR_ID}`]),
    ...(parts.consoleFd === undefined
      ? []
      : ['-chardev', `socket,id=${CONSOLE_ID},fd=${parts.consoleFd}`, '-serial', `chardev:${CONSOLE_ID}`]),
    ...(options.paused === true ? ['-S'] : []),
    ...(options.args ?? []),
  ];
}

/**
 * The command line of a mock that replaces a QEMU with these options, without the program and without the
 * monitor of the test's client. Console output is discarded: a mock's console isn't connected.
 */
export function mockCommandLine(options: QemuOptions, more: readonly string[] = []): string[] {
  const [, ...args] = systemCommandLine(options, { binary: '' });
  const console =
    options.console === true ? ['-chardev', `null,id=${CONSOLE_ID}`, '-serial', `chardev:${CONSOLE_ID}`] : [];
  return [...console, ...args, ...more];
}

/** The command line of a `qemu-storage-daemon`, the program first. */
export function storageDaemonCommandLine(
  options: Pick<QemuOptions, 'args'>,
  parts: CommandLineParts,
): string[] {
  return [
    parts.binary,
    '--chardev',
    `socket,id=${MONITOR_ID},${parts.monitor ?? ''}`,
    '--monitor',
    `chardev=${MONITOR_ID}`,
    ...(options.args ?? []),
  ];
}

/**
 * The same command line for a person at a terminal. The socket and the descriptor are gone by then, so the
 * monitor is on the terminal, and console output is discarded.
 */
export function interactiveCommandLine(argv: readonly string[]): string[] {
  return argv
    .filter((word, index) => word !== 'exit-with-parent=on' && argv[index + 1] !== 'exit-with-parent=on')
    .map((word) => {
      if (word.startsWith(`socket,id=${MONITOR_ID},`)) return `stdio,id=${MONITOR_ID}`;
      if (word.startsWith(`socket,id=${CONSOLE_ID},fd=`)) return `null,id=${CONSOLE_ID}`;
      return word;
    });
}
