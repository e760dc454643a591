import { loadProfile } from '../../version/load-profile.ts';
import { QemuVersionError } from '../../version/version-error.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { programName } from '../../process/command-line/target.ts';
import { readArguments } from '../../process/command-line/read-arguments.ts';
import { StartError } from '../../process/command-line/start-error.ts';
import type { StartPlan } from '../../process/command-line/start-plan.ts';
import { END_SIGNALS } from '../../process/end-signal.ts';
import type { Host } from '../../process/host.ts';
import { VirtualQemu } from '../../process/virtual-qemu.ts';
import { ProcessHost } from '../../process/node/process-host.ts';
import { senderName } from '../../process/node/sender-name.ts';

/**
 * Interval in ms of a timer that keeps the process alive: a machine without a chardev lives on all the same.
 */
const FOREVER = 2 ** 30;

/** Runs a fake QEMU: the whole life of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  const host = new ProcessHost(programName(process.argv[1] ?? ''));
  const { program } = host;
  try {
    const verbose = argv.some(isVerbose);
    const { version, rest } = chooseVersion(argv.filter((word) => !isVerbose(word)));
    const profile = profileOf(version);
    const { printed, warnings, plan, refusal } = readArguments(rest, { profile, program, file: host.file });
    if (printed !== undefined) {
      host.stdout(printed.text);
      process.exitCode = printed.exitCode;
    }
    if (warnings.length > 0) host.stderr(`${warnings.join('\n')}\n`);
    if (refusal !== undefined) throw refusal;
    if (plan !== undefined) await run(plan, profile, host, verbose);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    host.stderr(error.format(program));
    process.exitCode = error.code;
    process.exit();
  }
}

/** `--verbose`: prints a line on stderr for each answer that isn't modelled. */
const isVerbose = (word: string): boolean => word === '--verbose';

/** Chooses the version: `--fake-version`, else `FAKE_QEMU_VERSION`, else the newest known one. */
function chooseVersion(argv: readonly string[]): { version: string | undefined; rest: readonly string[] } {
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
  return { version: version === '' ? undefined : version, rest };
}

/**
 * Loads the profile of a version. An unknown version ends the program, as a wrong value of a QEMU option
 * does.
 */
function profileOf(version: string | undefined): QemuProfile {
  try {
    return loadProfile(version);
  } catch (error) {
    if (!(error instanceof QemuVersionError)) throw error;
    throw new StartError(error.message, { location: '--fake-version' });
  }
}

/** Opens everything, and lives until the machine ends. */
async function run(plan: StartPlan, profile: QemuProfile, host: Host, verbose: boolean): Promise<void> {
  const say = (what: string, command = 'human monitor'): void =>
    host.stderr(`${host.program}: ${command}: ${what} is not modelled\n`);
  const qemu = new VirtualQemu({ plan, profile, host, onNotModelled: verbose ? say : undefined });
  // QEMU's threads use the one themselves, and block the other. Without a listener, Node would start its
  // debugger, and die.
  for (const signal of ['SIGUSR1', 'SIGALRM'] as const) process.on(signal, () => {});
  setInterval(() => {}, FOREVER);
  if (!(await qemu.start())) return;
  // The first command needs the schema: it is read while the client reads its greeting.
  setImmediate(() => qemu.runner.schema);
  // Before everything is open, a signal just ends QEMU.
  for (const signal of END_SIGNALS) process.on(signal, () => qemu.signal(signal, senderName()));
}
