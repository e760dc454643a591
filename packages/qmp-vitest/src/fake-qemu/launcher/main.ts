import { basename } from 'node:path';
import process from 'node:process';
import { readArguments, readProfile, StartError, type Printed } from 'qmp-mock/process';
import { FixtureDirectory } from '../fixture-directory.ts';
import { runImageCommand } from './image-command.ts';
import { LauncherHost } from './launcher-host.ts';
import { tellOfRefusal } from './refusal.ts';
import { RelayedQemu } from './relayed-qemu.ts';

/**
 * Runs in the place of QEMU, or of `qemu-img` if it was called so. It reads its command line, ends if QEMU
 * would end (`--version`, a bad option), and opens what the command line asks for. Then it relays the clients
 * to the test's process, where the machine is. When the test's process is gone, for whatever reason, it ends,
 * too.
 */
export async function runLauncher(): Promise<void> {
  const [, path = ''] = process.argv;
  const host = new LauncherHost(basename(path));
  const { program, background } = host;
  const argv = process.argv.slice(2);
  const fixture = FixtureDirectory.of(path);
  if (program === 'qemu-img') return runImageCommand(argv, fixture);
  const fail = async (text: string, exitCode: number, planned?: number): Promise<never> => {
    host.stderr(text);
    fixture.recordFailedStart({ command: [program, ...argv], stderr: host.saidOnStderr, exitCode, planned });
    await tellOfRefusal(fixture.controlSocket);
    process.exit(exitCode);
  };
  try {
    const profile = readProfile(fixture.version);
    const { printed, warnings, plan, refusal } = readArguments(argv, { profile, program, file: host.file });
    if (printed !== undefined) return printOnly(host, printed);
    // One in the background has been started by one that has said so.
    if (!background) for (const warning of warnings) host.stderr(`${warning}\n`);
    if (refusal !== undefined) throw refusal;
    if (plan === undefined) return;
    const planned = background ? undefined : fixture.claimFailure();
    if (planned !== undefined) await fail(planned.stderr, planned.code, planned.number);
    await new RelayedQemu({ plan, profile, host, argv, fixture }).start();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    await fail(error.format(program), error.code);
  }
}

/** Prints the requested text, and ends. */
function printOnly(host: LauncherHost, { text, exitCode }: Printed): void {
  host.stdout(text);
  process.exitCode = exitCode;
}
