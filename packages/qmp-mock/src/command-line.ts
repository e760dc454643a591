/**
 * QEMU's command line: what a `qemu-system-*` would start with it, or what it would say instead.
 *
 * @module
 */
import { assertCanDaemonize, assertMachineType, readArguments } from './cli/fake-qemu/read-arguments.ts';
import { bindError, dialError } from './cli/fake-qemu/socket-io.ts';
import type { ChardevSpec } from './cli/fake-qemu/socket-address.ts';
import type { CommandLine } from './cli/fake-qemu/start-plan.ts';
import { StartError } from './cli/fake-qemu/start-error.ts';
import { machineData, type MachineData } from './machine/machine-data.ts';
import type { MachineOptions } from './machine/machine-options.ts';
import { machineRules } from './machine/machine-rules.ts';
import { loadProfile } from './profile/load-profile.ts';
import type { QemuVersionName } from './profile/profile.ts';

export type { ChardevSpec, SocketPlace } from './cli/fake-qemu/socket-address.ts';

/** How {@link readCommandLine} reads. */
export interface ReadCommandLineOptions {
  /** Name of the program, which stands before its messages. Default `qemu-system-x86_64`. */
  program?: string | undefined;
  /** Which QEMU it is. Default: the newest that is described. */
  qemu?: QemuVersionName | (string & {}) | undefined;
}

/** A QMP monitor that a command line asks for, with its chardev. */
export interface RequestedMonitor {
  /** Option that asks for the chardev, as QEMU writes it in messages: `-qmp unix:/run/vm.sock`. */
  readonly location: string;
  readonly chardev: ChardevSpec;
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
  /** Its QMP monitors. Human monitors and chardevs for the guest are checked, and not among them. */
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
 * Only of x86 it is known which machine types there are: for another `qemu-system-*` any type passes.
 *
 * @param argv - Arguments, without the program's name.
 * @throws RangeError for a version that is not described.
 * @example
 * readCommandLine(['-qmp', 'unix:/run/vm.sock', '-bogus']).stderr
 * // 'qemu-system-x86_64: -bogus: invalid option\n'
 */
export function readCommandLine(argv: readonly string[], options: ReadCommandLineOptions = {}): QemuStart {
  const { program = 'qemu-system-x86_64' } = options;
  const version = loadProfile(options.qemu).name;
  const data = machineData(version);
  const { printed, warnings, commandLine, refusal } = readArguments(argv, version, data, program);
  const nothing: QemuStart = {
    exitCode: refusal?.code ?? 0,
    stdout: printed ?? '',
    stderr: [...warnings.map((line) => `${line}\n`), refusal?.format(program) ?? ''].join(''),
    machine: {},
    monitors: [],
    daemonize: false,
    pidFile: undefined,
    descriptors: [],
  };
  if (commandLine === undefined) return nothing;
  try {
    const { daemonize, pidFile } = commandLine;
    assertCanDaemonize(commandLine);
    const machine = machineOf(commandLine, data, version, program);
    const chardevs = chardevsOf(commandLine);
    const monitors = monitorsOf(commandLine, chardevs, version);
    const descriptors = [...chardevs.values()].flatMap(({ spec }) =>
      spec.kind === 'socket' && spec.place.kind === 'fd' ? [spec.place.fd] : [],
    );
    return { ...nothing, exitCode: undefined, machine, monitors, daemonize, pidFile, descriptors };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { ...nothing, exitCode: error.code, stderr: nothing.stderr + error.format(program) };
  }
}

/** QEMU's words for a chardev that cannot be opened, because of an error of the system. */
export function chardevError(chardev: ChardevSpec, error: unknown): string {
  if (chardev.kind !== 'socket') return error instanceof Error ? error.message : String(error);
  const { place, server } = chardev;
  return server || place.kind === 'fd' ? bindError(place, error) : dialError(place, error);
}

function machineOf(
  { machine }: CommandLine,
  data: MachineData,
  version: string,
  program: string,
): MachineOptions {
  if (machine.type === undefined) return machine;
  if (/(?:x86_64|i386|kvm)$/.test(program)) assertMachineType(machine.type, data, machineRules(version));
  // The machine behind the monitors is one of x86 in any case.
  else if (!data.machines.includes(machine.type)) return { ...machine, type: undefined };
  return machine;
}

interface NamedChardev {
  readonly location: string;
  readonly spec: ChardevSpec;
}

function chardevsOf({ chardevs }: CommandLine): Map<string, NamedChardev> {
  const found = new Map<string, NamedChardev>();
  let stdio = false;
  for (const { location, value } of chardevs) {
    const spec = at(location, () => value.spec());
    if (spec.kind === 'stdio' && stdio) {
      throw new StartError('cannot use stdio by multiple character devices', { location });
    }
    stdio ||= spec.kind === 'stdio';
    found.set(value.id, { location, spec });
  }
  return found;
}

function monitorsOf(
  { monitors }: CommandLine,
  chardevs: ReadonlyMap<string, NamedChardev>,
  version: string,
): RequestedMonitor[] {
  const taken = new Set<string>();
  const found: RequestedMonitor[] = [];
  for (const { location, value } of monitors) {
    const place = value.placeless === true ? {} : { location };
    const { chardev: label, pretty = false, type } = value;
    if (label === '') throw new StartError("Parameter 'chardev' is missing", place);
    if (type === 'monitor-hmp' && pretty) {
      throw new StartError("'pretty' is not compatible with HMP monitors", place);
    }
    const chardev = chardevs.get(label);
    if (chardev === undefined) throw new StartError(`chardev "${label}" not found`, place);
    if (taken.has(label) && !chardev.spec.mux) {
      throw new StartError(
        machineRules(version).chardevInUse.replace('%', () => label),
        place,
      );
    }
    taken.add(label);
    if (type === 'monitor-qmp') found.push({ location: chardev.location, chardev: chardev.spec, pretty });
  }
  return found;
}

function at<T>(location: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof StartError ? error.at(location) : error;
  }
}
