import type { QemuProfile } from '../../engine/profile.ts';
import { machineData, type MachineData } from '../../machine/machine-data.ts';
import type { MachineRules } from '../../machine/machine-rules.ts';
import { CommandLineReader } from './command-line.ts';
import { helpText } from './help.ts';
import { readOptions } from './option-names.ts';
import { recordedNames } from './recorded-names.ts';
import type { StartPlan } from './start-plan.ts';
import { StartError } from './start-error.ts';

/** What became of a command line. */
export interface ReadArguments {
  /** Text for stdout: what was asked to be printed, and then nothing starts. */
  readonly printed: string | undefined;
  /** Lines for stderr, whatever else becomes of it. */
  readonly warnings: readonly string[];
  /** What is asked for; `undefined` where it was refused, or something was printed instead. */
  readonly plan: StartPlan | undefined;
  /** Why it was refused. */
  readonly refusal: StartError | undefined;
}

/** How {@link readArguments} reads. */
export interface ReadArgumentsOptions {
  /** Version that reads. */
  readonly profile: QemuProfile;
  /** Name of the program, which stands before its messages. */
  readonly program: string;
}

/** Reads a command line as QEMU does, up to the first option that is malformed. Does nothing of what it asks for. */
export function readArguments(
  argv: readonly string[],
  { profile, program }: ReadArgumentsOptions,
): ReadArguments {
  const data = machineData(profile);
  const reader = new CommandLineReader(profile, program);
  const result = (rest: Partial<ReadArguments>): ReadArguments => ({
    printed: undefined,
    plan: undefined,
    refusal: undefined,
    warnings: reader.finish().warnings,
    ...rest,
  });
  const { options, fault } = readOptions(argv, data.options);
  if (fault !== undefined) {
    return result({ refusal: new StartError(fault.message, { location: fault.location }) });
  }
  try {
    for (const option of options) {
      reader.take(option);
      const { print } = reader.finish();
      if (print !== undefined) return result({ printed: printed(print, data, program, profile) });
    }
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return result({ refusal: error });
  }
  return result({ plan: reader.finish() });
}

function printed(
  what: NonNullable<StartPlan['print']>,
  data: MachineData,
  program: string,
  profile: QemuProfile,
): string {
  if (what === 'version') return `${data.banner.join('\n')}\n`;
  if (what === 'help') return helpText(data, program);
  if (what === 'chardevs') {
    const kinds = recordedNames(profile, 'query-chardev-backends', 'name');
    return `Available chardev backend types: \n${kinds.map((kind) => `  ${kind}\n`).join('')}`;
  }
  return `Supported machines are:\n${data.machines.join('\n')}\n`;
}

/** Refuses a machine type that the version does not have. */
export function assertMachineType(type: string, data: MachineData, rules: MachineRules): void {
  if (data.machines.includes(type)) return;
  throw new StartError(
    rules.unknownMachine.replace('%', () => type),
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
