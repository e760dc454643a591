import type { QemuProfile } from '../../engine/profile.ts';
import { machineData } from '../../machine/machine-data.ts';
import { machineRules } from '../../machine/machine-rules.ts';
import { CommandLineReader } from './command-line.ts';
import { readOptions } from './option-names.ts';
import type { HostFiles } from '../host.ts';
import type { Printed } from './option-help.ts';
import { assertTarget } from './target.ts';
import type { StartPlan } from './start-plan.ts';
import { StartError } from './start-error.ts';

/** Outcome of reading a command line. */
export interface ReadArguments {
  /** Text to print, and the exit status: nothing starts then. */
  readonly printed: Printed | undefined;
  /** Lines for the standard error stream, whatever else becomes of it. */
  readonly warnings: readonly string[];
  /** Everything that is asked for; `undefined` if it was refused, or something is printed instead. */
  readonly plan: StartPlan | undefined;
  /** Reason to refuse it. */
  readonly refusal: StartError | undefined;
}

/** How {@link readArguments} reads. */
export interface ReadArgumentsOptions {
  /** Version that reads. */
  readonly profile: QemuProfile;
  /** Name of the program, which stands before its messages and says which target it is. */
  readonly program: string;
  /** Files, for `-readconfig`. */
  readonly file: Pick<HostFiles, 'read'>;
}

/** Reads a command line as QEMU does, up to the first option that is malformed. Does nothing of what it asks for. */
export function readArguments(
  argv: readonly string[],
  { profile, program, file }: ReadArgumentsOptions,
): ReadArguments {
  const reader = new CommandLineReader(profile, program, (path) => file.read(path));
  const result = (rest: Partial<ReadArguments>): ReadArguments => ({
    printed: undefined,
    plan: undefined,
    refusal: undefined,
    warnings: reader.finish().warnings,
    ...rest,
  });
  try {
    assertTarget(program);
    const { options, fault } = readOptions(argv, machineData(profile).options);
    if (fault !== undefined) throw new StartError(fault.message, { location: fault.location });
    for (const option of options) {
      const printed = reader.take(option);
      if (printed !== undefined) return result({ printed });
    }
    return result({ plan: reader.finish() });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return result({ refusal: error });
  }
}

/** Refuses a machine type that the version does not have. */
export function assertMachineType(type: string | undefined, profile: QemuProfile): void {
  if (type === undefined || machineData(profile).machines.includes(type)) return;
  throw new StartError(
    machineRules(profile).unknownMachine.replace('%', () => type),
    {
      hint: ['Use -machine help to list supported machines'],
    },
  );
}

/** Refuses what cannot go on in the background. */
export function assertCanDaemonize(plan: StartPlan): void {
  if (!plan.daemonize) return;
  for (const { value, location } of plan.chardevs) {
    if (value.backend === 'stdio') throw new StartError('cannot use stdio with -daemonize', { location });
  }
  for (const { value, location } of plan.ports) {
    if (value.chardev?.backend !== 'stdio') continue;
    throw new StartError('cannot use stdio with -daemonize', { location, more: [value.refusal] });
  }
}
