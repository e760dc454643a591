import { markUp } from 'qmp-core/internal';
import { loadProfile } from '../../version/load-profile.ts';
import { QemuVersionError } from '../../version/version-error.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { GUEST_KINDS, type GuestKind } from '../../machine/guest/consent.ts';
import { fakeHelp } from './fake-help.ts';
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

/**
 * How long a guest takes to shut down, in ms. Managers look about once a second at a VM that shuts down, and
 * some do something else with it meanwhile.
 */
const SHUTDOWN_MS = 1000;

/** Runs a fake QEMU: the whole life of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  const host = new ProcessHost(programName(process.argv[1] ?? ''));
  const { program } = host;
  try {
    const verbose = argv.some(isVerbose);
    const { version, guest, rest } = ownOptions(argv.filter((word) => !isVerbose(word)));
    const profile = profileOf(version);
    if (rest.some(isFakeHelp)) {
      host.stdout(fakeHelp(profile, program));
      return;
    }
    const { printed, warnings, plan, refusal } = readArguments(rest, { profile, program, file: host.file });
    if (printed !== undefined) {
      host.stdout(printed.text);
      process.exitCode = printed.exitCode;
    }
    if (warnings.length > 0) host.stderr(`${warnings.join('\n')}\n`);
    if (refusal !== undefined) throw refusal;
    if (plan === undefined) return;
    await run(
      { ...plan, machine: { ...plan.machine, guest, shutdownMs: SHUTDOWN_MS } },
      profile,
      host,
      verbose,
    );
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    host.stderr(error.format(program));
    process.exitCode = error.code;
    process.exit();
  }
}

/** `--verbose`: prints a line on stderr for each answer that isn't modelled. */
const isVerbose = (word: string): boolean => word === '--verbose';

/** `--fake-help`: prints what is modelled. */
const isFakeHelp = (word: string): boolean => word === '--fake-help' || word === '-fake-help';

/** Options of a command line beyond QEMU's own. */
interface OwnOptions {
  readonly version: string | undefined;
  readonly guest: GuestKind | undefined;
  /** QEMU's own. */
  readonly rest: readonly string[];
}

/**
 * Reads the version (`--fake-version`, else `FAKE_QEMU_VERSION`, else the newest known one) and the guest
 * (`--guest`, else `FAKE_QEMU_GUEST`, else an obedient one).
 */
function ownOptions(argv: readonly string[]): OwnOptions {
  const rest = [...argv];
  const version = takeOption(rest, 'fake-version') ?? process.env['FAKE_QEMU_VERSION'];
  const guest = takeOption(rest, 'guest') ?? process.env['FAKE_QEMU_GUEST'];
  return { version: version === '' ? undefined : version, guest: guestKind(guest), rest };
}

/** Takes an option out of a command line, and gives the last of its values. */
function takeOption(argv: string[], name: string): string | undefined {
  let last: string | undefined;
  for (let at = argv.length - 1; at >= 0; at -= 1) {
    const word = (argv[at] ?? '').replace(/^--?/, '');
    if (word === argv[at]) continue;
    let value: string | undefined;
    if (word === name) [, value] = argv.splice(at, 2);
    else if (word.startsWith(`${name}=`)) value = (argv.splice(at, 1)[0] ?? '').replace(/^[^=]*=/, '');
    else continue;
    if (value === undefined) throw new StartError('requires an argument', { location: `--${name}` });
    last ??= value;
  }
  return last;
}

function guestKind(name: string | undefined): GuestKind | undefined {
  if (name === undefined || name === '') return undefined;
  const kind = GUEST_KINDS.find((known) => known === name);
  if (kind !== undefined) return kind;
  throw new StartError(`there is no guest '${name}'; there are ${GUEST_KINDS.join(', ')}`, {
    location: '--guest',
  });
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

/** In the place of what would take time to load, if nothing is said. */
const PLAIN = { redactText: (text: string): string => text, visible: (text: string): string => text };

/** Opens everything, and lives until the machine ends. */
async function run(plan: StartPlan, profile: QemuProfile, host: Host, verbose: boolean): Promise<void> {
  const { redactText, visible } = verbose ? await import('qmp-core/redact') : PLAIN;
  const say = (what: string, command = 'human monitor'): void =>
    host.stderr(`${host.program}: ${command}: ${redactText(visible(what))} is not modelled\n`);
  const qemu = new VirtualQemu({ plan, profile, host, onNotModelled: verbose ? say : undefined });
  // QEMU's threads use the one themselves, and block the other. Without a listener, Node would start its
  // debugger, and die.
  for (const signal of ['SIGUSR1', 'SIGALRM'] as const) process.on(signal, () => {});
  setInterval(() => {}, FOREVER);
  if (!(await qemu.start())) return;
  // The first command needs the schema: it is read while the client reads its greeting.
  setImmediate(() => qemu.runner.schema);
  markUp();
  // Before everything is open, a signal just ends QEMU.
  for (const signal of END_SIGNALS) process.on(signal, () => qemu.signal(signal, senderName()));
}
