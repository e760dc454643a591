import type { QemuProfile } from '../../engine/profile.ts';
import { machineData } from '../../machine/machine-data.ts';
import { machineRules } from '../../machine/machine-rules.ts';
import { CommandLineReader, type CommandLineFiles } from './command-line.ts';
import { readOptions } from './option-names.ts';
import type { Printed } from './option-help.ts';
import { assertTarget } from './target.ts';
import type { StartPlan } from './start-plan.ts';
import { StartError } from './start-error.ts';

/** Outcome of reading a command line. */
export interface ReadArguments {
  /** Text to print instead of starting, and the exit status. */
  readonly printed: Printed | undefined;
  /** Lines for stderr, in any case. */
  readonly warnings: readonly string[];
  /** Everything that it asks for; `undefined` if it is refused, or prints something instead. */
  readonly plan: StartPlan | undefined;
  /** Reason to refuse it. */
  readonly refusal: StartError | undefined;
}

/** Options of {@link readArguments}. */
export interface ReadArgumentsOptions {
  /** The QEMU version. */
  readonly profile: QemuProfile;
  /** Name of the program. It begins QEMU's messages, and says which target it is. */
  readonly program: string;
  /** Files, for `-readconfig`. */
  readonly file: CommandLineFiles;
}

/**
 * Reads a command line as QEMU does, up to the first malformed option. It doesn't carry anything out.
 *
 * @example
 * const program = 'qemu-system-x86_64'
 * const { plan, refusal } = readArguments(['-machine', 'q35'], { profile, program, file: NODE_FILES })
 */
export function readArguments(
  argv: readonly string[],
  { profile, program, file }: ReadArgumentsOptions,
): ReadArguments {
  const reader = new CommandLineReader(profile, program, file);
  const result = (rest: Partial<ReadArguments>): ReadArguments => ({
    printed: undefined,
    plan: undefined,
    refusal: undefined,
    warnings: reader.finish().warnings,
    ...rest,
  });
  try {
    // The text of the version is that of every target.
    if (!/^--?version$/.test(argv[0] ?? '')) assertTarget(program);
    const { options, fault } = readOptions(argv, machineData(profile).options);
    if (fault !== undefined) throw new StartError(fault.message, { location: fault.location });
    // Help on devices and processors comes when everything has been read.
    let later: Printed | undefined;
    for (const option of options) {
      const printed = reader.take(option);
      if (printed === undefined) continue;
      if (option.name !== 'device' && option.name !== 'cpu') return result({ printed });
      later ??= printed;
    }
    return result(later === undefined ? { plan: reader.finish() } : { printed: later });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return result({ refusal: error });
  }
}

/** Refuses a machine type that the version doesn't have. */
export function assertMachineType(type: string | undefined, profile: QemuProfile): void {
  if (type === undefined || machineData(profile).machines.includes(type)) return;
  throw new StartError(
    machineRules(profile).unknownMachine.replace('%', () => type),
    {
      hint: ['Use -machine help to list supported machines'],
    },
  );
}

/** Refuses a plan that can't run in the background. */
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
