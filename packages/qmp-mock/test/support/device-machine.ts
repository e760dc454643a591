import { readArguments } from '../../src/process/command-line/read-arguments.ts';
import { PROGRAM } from '../../src/process/command-line/target.ts';
import { loadProfile } from '../../src/version/load-profile.ts';
import type { GuestKind } from '../../src/machine/guest/consent.ts';
import { machineBench, type MachineBench } from './machine-bench.ts';
import { NEWEST } from './versions.ts';

/**
 * Puts a machine on the bench as a command line describes it, with its devices.
 *
 * @param args - QEMU's options, with spaces between them.
 */
export function deviceMachine(
  args: string,
  { qemu = NEWEST, guest }: { qemu?: string; guest?: GuestKind | undefined } = {},
): MachineBench {
  const file = {
    read: () => {
      throw new Error('there are no files');
    },
    whyNotReadable: () => undefined,
  };
  const { plan, refusal } = readArguments(args.split(' '), {
    profile: loadProfile(qemu),
    program: PROGRAM,
    file,
  });
  if (plan === undefined) throw refusal ?? new Error(`${args} starts nothing`);
  const bench = machineBench({ ...plan.machine, guest, qemu });
  for (const { value } of plan.devices) bench.machine.addDevice(value, () => {});
  return bench;
}
