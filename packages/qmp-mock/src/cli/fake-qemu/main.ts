import { realpathSync, rmSync, writeFileSync } from 'node:fs';
import { loadProfile } from '../../version/load-profile.ts';
import { knownVersions } from '../../version/version-folders.ts';
import { machineData, type MachineData } from '../../machine/machine-data.ts';
import { machineRules, type MachineRules } from '../../machine/machine-rules.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { chardevOfMonitor } from '../../process/command-line/monitor-step.ts';
import type { ChardevStep, CommandLine } from '../../process/command-line/start-plan.ts';
import { Daemon } from './daemon.ts';
import { programName } from '../../process/command-line/program-name.ts';
import { assertMachineType, readArguments } from '../../process/command-line/read-arguments.ts';
import { StartError } from '../../process/command-line/start-error.ts';
import { strerror } from '../../process/chardev/strerror.ts';
import { senderName } from './sender-name.ts';
import { VirtualMachine } from '../../process/virtual-machine.ts';

/** Keeps the process alive: a machine without a chardev lives on all the same. In ms. */
const FOREVER = 2 ** 30;
/** Signals that end QEMU, with their numbers. */
const SIGNALS = { SIGINT: 2, SIGHUP: 1, SIGTERM: 15 } as const;

/** Runs a fake QEMU: the whole life of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = programName();
  try {
    const { version, rest } = chooseVersion(argv);
    const profile = loadProfile(version);
    const data = machineData(profile);
    const rules = machineRules(profile);
    const { printed, warnings, commandLine, refusal } = readArguments(rest, profile, data, program);
    if (printed !== undefined) process.stdout.write(printed);
    if (warnings.length > 0) process.stderr.write(`${warnings.join('\n')}\n`);
    if (refusal !== undefined) throw refusal;
    if (commandLine === undefined) return;
    await start(commandLine, profile, data, rules, program);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(error.format(program));
    process.exitCode = error.code;
    process.exit();
  }
}

/** Which QEMU to be: `--fake-version`, else `FAKE_QEMU_VERSION`, else the newest that is known. */
function chooseVersion(argv: readonly string[]): { version: string; rest: readonly string[] } {
  const rest = [...argv];
  let version = process.env['FAKE_QEMU_VERSION'];
  for (let at = rest.length - 1; at >= 0; at -= 1) {
    const word = rest[at] ?? '';
    const [, joined] = /^--?fake-version=(.*)$/.exec(word) ?? [];
    if (joined !== undefined) {
      version = joined;
      rest.splice(at, 1);
    } else if (/^--?fake-version$/.test(word)) {
      const [, value] = rest.splice(at, 2);
      if (value === undefined) throw new StartError('requires an argument', { location: word });
      version = value;
    }
  }
  const known = knownVersions();
  if (version === undefined || version === '') return { version: known.at(-1) ?? '', rest };
  if (!known.includes(version)) {
    throw new StartError(`no QEMU ${version} is known here; choose one of ${known.join(', ')}`, {
      location: '--fake-version',
    });
  }
  return { version, rest };
}

async function start(
  commandLine: CommandLine,
  profile: QemuProfile,
  data: MachineData,
  rules: MachineRules,
  program: string,
): Promise<void> {
  const { machine: options, pidFile: asked, logFile } = commandLine;
  if (logFile !== undefined) touchLog(logFile);
  const daemon = Daemon.of(commandLine);
  if (daemon === 'parent') return;
  const pidFile = asked === undefined ? undefined : writePidFile(asked);
  const removePidFile = (): void => {
    if (pidFile !== undefined) rmSync(pidFile, { force: true });
  };
  try {
    assertMachineType(options.type ?? 'pc', data, rules);
  } catch (error) {
    removePidFile();
    throw error;
  }
  setInterval(() => {}, FOREVER);
  const vm = new VirtualMachine(profile, options, (code) => {
    removePidFile();
    process.exit(code);
  });
  // QEMU's threads use the one themselves, and block the other. Without a listener, Node would start its debugger, and die.
  for (const signal of ['SIGUSR1', 'SIGALRM'] as const) process.on(signal, () => {});
  try {
    await open(vm, commandLine, program);
  } catch (error) {
    // QEMU takes its pid file away, and leaves the sockets that it has made so far.
    removePidFile();
    throw error;
  }
  // Before everything is open, a signal just ends QEMU.
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      process.stderr.write(`${program}: terminating on signal ${number} from pid ${senderName()}\n`);
      vm.machine.terminate();
    });
  }
  daemon?.ready();
}

/** Opens the chardevs, then the monitors on them, then the ports of the guest: each in the order of the command line. */
async function open(vm: VirtualMachine, commandLine: CommandLine, program: string): Promise<void> {
  const exists = (id: string): boolean => vm.hasChardev(id);
  const say = (text: string): void => void process.stderr.write(`${program}: ${text}\n`);
  const add = (value: ChardevStep, location: string): Promise<void> =>
    vm.addChardev(value.id, value.spec(exists), (filename) => {
      say(`${location}: info: QEMU waiting for connection on: ${filename}`);
    });
  for (const { location, value } of commandLine.chardevs) await saidAt(location, () => add(value, location));
  let { nextMonitor } = commandLine;
  for (const { location, value } of commandLine.monitors) {
    await saidAt(value.placeless === true ? undefined : location, () => {
      const chardev = chardevOfMonitor(value, exists);
      vm.addMonitor({ ...value, chardev, id: value.id ?? `compat_monitor${nextMonitor++}` });
    });
  }
  for (const { location, value } of commandLine.ports) {
    const { chardev, id, refusal, monitor, faults } = value;
    await saidAt(location, async () => {
      for (const fault of faults ?? []) say(`${location}: ${fault}`);
      if (faults !== undefined || (chardev === undefined && !exists(id))) throw new StartError(refusal);
      if (chardev === undefined) return;
      try {
        if (exists(id)) throw new StartError(`Duplicate ID '${id}' for chardev`);
        await add(chardev, location);
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        say(`${location}: ${error.message}`);
        throw new StartError(refusal);
      }
    });
    if (!monitor) vm.addDevice(id);
    else vm.addMonitor({ type: 'monitor-hmp', chardev: id, id: `compat_monitor${nextMonitor++}` });
  }
  const debug = commandLine.ports.find(({ value }) => value.kind === 'debugcon');
  if (debug !== undefined && vm.machine.board.bare) {
    throw new StartError("No 'ISA' bus found for device 'isa-debugcon'", { location: debug.location });
  }
}

/** Does something on behalf of a place on the command line, which a refusal then names. */
async function saidAt(location: string | undefined, action: () => void | Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw error instanceof StartError && location !== undefined ? error.at(location) : error;
  }
}

/** Makes the log file. A `%d` in its name is for the process id, and nothing else may be. */
function touchLog(template: string): void {
  if (/%(?!d)|%[^]*%/.test(template)) throw new StartError(`Bad logfile template: ${template}`);
  const path = template.replace('%d', String(process.pid));
  try {
    writeFileSync(path, '');
  } catch (error) {
    throw new StartError(`Error opening logfile ${path}: ${strerror(error)}`);
  }
}

/** Writes it, and gives its real path: the daemon leaves its folder, and of a link QEMU takes away what it points to. */
function writePidFile(path: string): string {
  try {
    writeFileSync(path, `${process.pid}\n`, { mode: 0o600 });
    return realpathSync(path);
  } catch (error) {
    throw new StartError(`cannot create PID file: Could not create '${path}': ${strerror(error)}`);
  }
}
