/**
 * QEMU's command line: what a `qemu-system-*` would start with it, or what it would say instead.
 *
 * @module
 */
import { unlinkSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import type { QemuProfile } from './engine/profile.ts';
import {
  assertCanDaemonize,
  assertMachineType,
  readArguments,
} from './process/command-line/read-arguments.ts';
import { MAX_MUX } from './process/chardev/chardev.ts';
import { chardevOfMonitor } from './process/command-line/monitor-step.ts';
import { NODE_FILES } from './process/node/files.ts';
import { dialError, listenError } from './process/chardev/socket-errors.ts';
import { listeningAt, type ChardevSpec } from './process/command-line/socket-address.ts';
import type { ChardevStep, StartPlan } from './process/command-line/start-plan.ts';
import { StartError } from './process/command-line/start-error.ts';
import type { MachineOptions } from './machine/machine-options.ts';
import { machineRules } from './machine/machine-rules.ts';
import { loadProfile } from './version/load-profile.ts';
import type { QemuVersionName } from './engine/profile.ts';

export type { ChardevSpec, SocketPlace } from './process/command-line/socket-address.ts';

/** How {@link readCommandLine} reads. */
export interface ReadCommandLineOptions {
  /** Name of the program, which stands before its messages. Default `qemu-system-x86_64`. */
  program?: string | undefined;
  /** Which QEMU it is, as in `MockQmpOptions`. Default: the newest that the package has. */
  qemu?: QemuVersionName | (string & {}) | undefined;
}

/** A chardev that a command line asks for. */
export interface RequestedChardev {
  readonly id: string;
  /** Option that asks for it, as QEMU writes it in messages: `-qmp unix:/run/vm.sock`. */
  readonly location: string;
  readonly chardev: ChardevSpec;
  /** What QEMU says, after the reason, where it cannot be opened: the chardev of a serial port is no use without the port. */
  readonly refusal: string | undefined;
}

/** A QMP monitor that a command line asks for, with its chardev. */
export interface RequestedMonitor extends RequestedChardev {
  /** Whether it prints its JSON over several lines (`-qmp-pretty`, `pretty=on`). */
  readonly pretty: boolean;
}

/** What a command line comes to. */
export interface QemuStart {
  /**
   * Exit status of a QEMU that ends before there is a machine: 1 where it refuses the command line, 0 where it was only asked to print
   * something (`-version`). `undefined` where it starts.
   */
  readonly exitCode: number | undefined;
  /** What it writes to its standard output stream. */
  readonly stdout: string;
  /** What it writes to its standard error stream: warnings, and why it refuses. */
  readonly stderr: string;
  /** How the machine starts: what the option `machine` of a `MockQmp` takes. */
  readonly machine: MachineOptions;
  /** Its chardevs, in the order in which QEMU opens them: one that waits for its client holds up all that follow. */
  readonly chardevs: readonly RequestedChardev[];
  /** Its QMP monitors, on some of these. Human monitors are checked, and not among them. */
  readonly monitors: readonly RequestedMonitor[];
  /** Whether it goes on in the background (`-daemonize`). */
  readonly daemonize: boolean;
  /** What `-pidfile` names. */
  readonly pidFile: string | undefined;
  /** Descriptors that its chardevs expect to inherit. */
  readonly descriptors: readonly number[];
}

/**
 * Reads a command line as QEMU does: refuses an option that the version does not have, a machine type, a malformed chardev or monitor,
 * with QEMU's text. Opens nothing and starts nothing. Devices and disks are not looked at.
 *
 * @param argv - Arguments, without the program's name.
 * @throws QemuVersionError (a `RangeError`) for a version that is not there, and for a folder that cannot be used.
 * @example
 * readCommandLine(['-qmp', 'unix:/run/vm.sock', '-bogus']).stderr
 * // 'qemu-system-x86_64: -bogus: invalid option\n'
 */
export function readCommandLine(argv: readonly string[], options: ReadCommandLineOptions = {}): QemuStart {
  const { program = 'qemu-system-x86_64' } = options;
  const profile = loadProfile(options.qemu);
  const { printed, warnings, plan, refusal } = readArguments(argv, { profile, program, file: NODE_FILES });
  const nothing: QemuStart = {
    exitCode: refusal?.code ?? printed?.exitCode ?? 0,
    stdout: printed?.text ?? '',
    stderr: [...warnings.map((line) => `${line}\n`), refusal?.format(program) ?? ''].join(''),
    machine: {},
    chardevs: [],
    monitors: [],
    daemonize: false,
    pidFile: undefined,
    descriptors: [],
  };
  if (plan === undefined) return nothing;
  try {
    const { daemonize, pidFile } = plan;
    assertCanDaemonize(plan);
    const { machine } = plan;
    assertMachineType(machine.type, profile);
    const chardevs = chardevsOf(plan);
    const monitors = monitorsOf(plan, chardevs, profile);
    const ports = portsOf(plan, chardevs);
    const all = [...chardevs.values(), ...ports];
    const descriptors = all.flatMap(({ chardev }) =>
      chardev.kind === 'socket' && chardev.place.kind === 'fd' ? [chardev.place.fd] : [],
    );
    return {
      ...nothing,
      exitCode: undefined,
      machine,
      chardevs: all,
      monitors,
      daemonize,
      pidFile,
      descriptors,
    };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { ...nothing, exitCode: error.code, stderr: nothing.stderr + error.format(program) };
  }
}

/**
 * Makes room for the UNIX socket of a chardev that listens, as QEMU does: a socket, a file or a link of that name goes.
 *
 * @param cwd - Where a relative path begins.
 * @throws Error with QEMU's text, for a directory, or a path that is too long.
 */
export function makeRoom(path: string, cwd: string): void {
  if (Buffer.byteLength(path) > 108) {
    throw new Error(`UNIX socket path '${path}' is too long\nPath must be less than 108 bytes`);
  }
  try {
    unlinkSync(resolvePath(cwd, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new Error(listenError({ kind: 'unix', path }, error).message, { cause: error });
  }
}

/**
 * What QEMU says while the start waits for a client (`wait=on`), after the option's place.
 *
 * @param port - Port that a TCP socket really listens on.
 */
export function waitingText(chardev: ChardevSpec & { kind: 'socket' }, port?: number): string {
  return `info: QEMU waiting for connection on: disconnected:${listeningAt(chardev, port)},server=on`;
}

/** QEMU's words for a chardev that cannot be opened, because of an error of the system. */
export function chardevError(chardev: ChardevSpec, error: unknown): string {
  if (chardev.kind !== 'socket') return error instanceof Error ? error.message : String(error);
  const { place, server } = chardev;
  return (server || place.kind === 'fd' ? listenError(place, error) : dialError(place, error)).message;
}

function chardevsOf({ chardevs }: StartPlan): Map<string, RequestedChardev> {
  const found = new Map<string, RequestedChardev>();
  for (const { location, value } of chardevs) {
    const chardev = at(location, () => specOf(value, found));
    found.set(value.id, { id: value.id, location, chardev, refusal: undefined });
  }
  return found;
}

/** What a chardev is to be, beside those that are there. */
function specOf({ spec }: ChardevStep, others: ReadonlyMap<string, RequestedChardev>): ChardevSpec {
  const chardev = spec((id) => others.has(id));
  if (chardev.kind === 'stdio' && [...others.values()].some((other) => other.chardev.kind === 'stdio')) {
    throw new StartError('cannot use stdio by multiple character devices');
  }
  return chardev;
}

function portsOf({ ports }: StartPlan, chardevs: ReadonlyMap<string, RequestedChardev>): RequestedChardev[] {
  const all = new Map(chardevs);
  const found: RequestedChardev[] = [];
  for (const { location, value } of ports) {
    const { chardev: step, id, refusal, faults } = value;
    const refuse = (reasons: readonly string[]): never => {
      const words = [...reasons, refusal];
      throw new StartError(words[0] ?? refusal, { location, more: words.slice(1) });
    };
    if (faults !== undefined || (step === undefined && !all.has(id))) refuse(faults ?? []);
    if (step === undefined) continue;
    if (all.has(id)) refuse([`Duplicate ID '${id}' for chardev`]);
    try {
      const port = { id, location, chardev: specOf(step, all), refusal };
      all.set(id, port);
      found.push(port);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      refuse([error.message]);
    }
  }
  return found;
}

function monitorsOf(
  { monitors }: StartPlan,
  chardevs: ReadonlyMap<string, RequestedChardev>,
  profile: QemuProfile,
): RequestedMonitor[] {
  const uses = new Map<string, number>();
  const found: RequestedMonitor[] = [];
  const rules = machineRules(profile);
  for (const { location, value } of monitors) {
    at(value.placeless === true ? undefined : location, () => {
      const label = chardevOfMonitor(value, (id) => chardevs.has(id));
      const chardev = chardevs.get(label) as RequestedChardev;
      const count = uses.get(label) ?? 0;
      const { mux } = chardev.chardev;
      if (count > 0 && !mux) throw new StartError(rules.chardevInUse.replace('%', () => label));
      if (count >= MAX_MUX) throw new StartError(rules.muxFull.replace('%', () => label));
      uses.set(label, count + 1);
      if (value.type === 'monitor-qmp') found.push({ ...chardev, pretty: value.pretty === true });
    });
  }
  return found;
}

function at<T>(location: string | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof StartError && location !== undefined ? error.at(location) : error;
  }
}
