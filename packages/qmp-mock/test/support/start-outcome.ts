import { loadProfile } from '../../src/version/load-profile.ts';
import { readArguments } from '../../src/process/command-line/read-arguments.ts';
import { StartError } from '../../src/process/command-line/start-error.ts';
import { Opening } from '../../src/process/opening.ts';
import { MemoryHost } from './memory-host.ts';

/** Output of a QEMU at its start. */
export interface StartOutcome {
  /** Exit status; `undefined` if it comes up. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A world in which everything that a command line names is there: files, and clients that come at once. */
class KindHost extends MemoryHost {
  override readonly program: string;

  constructor(program: string) {
    super();
    this.program = program;
    this.onDial = () => {};
  }

  override stderr(text: string): void {
    if (text.includes('QEMU waiting for connection')) this.connect(this.addresses.at(-1) ?? '');
    else super.stderr(text);
  }
}

/** How a QEMU with this command line starts, in a world if nothing stands in its way. */
export async function startOutcome(
  argv: readonly string[],
  { version, program = 'qemu-system-x86_64' }: { version?: string; program?: string } = {},
): Promise<StartOutcome> {
  const profile = loadProfile(version);
  const host = new KindHost(program);
  host.file.assertOpens = () => {};
  const { printed, warnings, plan, refusal } = readArguments(argv, { profile, program, file: host.file });
  const outcome = (exitCode: number | undefined, error?: StartError): StartOutcome => ({
    exitCode,
    stdout: printed?.text ?? '',
    stderr: warnings.map((line) => `${line}\n`).join('') + host.errors + (error?.format(program) ?? ''),
  });
  if (plan === undefined) return outcome(refusal?.code ?? printed?.exitCode, refusal);
  const opening = new Opening({ plan, profile, host });
  try {
    await opening.run();
    return outcome(undefined);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return outcome(error.code, error);
  } finally {
    await opening.chardevs.release();
  }
}
