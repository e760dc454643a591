import type { QemuProfile } from '../../engine/profile.ts';
import { modelledOptions } from '../../process/command-line/help.ts';
import { coverageOf } from '../../process/coverage.ts';

/** Columns of the lists of commands. */
const WIDTH = 100;

/** Prints `--fake-help`: the options that have an effect, and what the stand-in does with each command. */
export function fakeHelp(profile: QemuProfile, program: string): string {
  const { handled, recorded, checkedOnly } = coverageOf(profile);
  return [
    `${program} stands in for QEMU ${profile.name}: it has its monitors, and a machine that holds what they can see.`,
    '',
    'Options that have an effect (all others of this version are accepted):',
    ...modelledOptions(),
    '',
    `Commands that it carries out, or refuses as QEMU does, as far as its own state goes (${handled.length}):`,
    ...lines(handled),
    '',
    `Queries that it answers as an idle machine did (${recorded.length}):`,
    ...lines(recorded),
    '',
    `Commands whose arguments it checks, and that it then refuses as not modelled (${checkedOnly.length}):`,
    ...lines(checkedOnly),
    '',
  ].join('\n');
}

/** Names on lines of a readable length. */
function lines(names: readonly string[]): string[] {
  const result: string[] = [];
  for (const name of names) {
    const last = result.at(-1);
    if (last === undefined || last.length + name.length >= WIDTH) result.push(`  ${name}`);
    else result[result.length - 1] = `${last} ${name}`;
  }
  return result;
}
