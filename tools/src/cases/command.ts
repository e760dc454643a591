import type { Command } from '@commander-js/extra-typings';
import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { HONEST } from '../beside/compare.ts';
import { play } from '../beside/play.ts';
import { stepText } from '../beside/session.ts';
import { FAKE_HELP, standIn } from '../beside/stand-in.ts';
import { AT_ONCE, mapAtOnce } from '../lib/at-once.ts';
import { pattern } from '../lib/options.ts';
import { UserError } from '../lib/user-error.ts';
import { recordedVersions } from '../lib/versions.ts';
import { QEMU_HELP, requireQemus } from '../qemu/find-programs.ts';
import type { Program } from '../qemu/program.ts';
import { furnishing, sessionOf, type Case } from './case.ts';
import { runPythonCase } from './python-case.ts';
import { casesOf, recordFolder } from './record-folder.ts';
import { readRecordings, recordCase } from './recordings.ts';
import { judge, type Account, type Verdict } from './verdict.ts';

/** How willingly the programs leave the processor to others. */
const NICENESS = 10;
/** Scripts that compare two programs by themselves. */
const SCRIPT = /^(vm-.*|pipelined|backlog)\.py$/;

interface Options {
  readonly qemu?: string[] | undefined;
  readonly fake?: string | undefined;
  readonly only: RegExp;
  readonly honest: RegExp;
}

/** How to judge one case. */
type Judge = () => Promise<{ verdict: Verdict; report: string }>;
/** A run to be judged on one version. */
interface Run {
  readonly version: string;
  readonly cases: readonly (readonly [name: string, judge: Judge])[];
}

export function define(command: Command): void {
  command
    .description(
      'Runs a folder of cases on a real QEMU and on a stand-in, and counts those in which the stand-in does the same ' +
        '(right), says at each difference that it does not model something (honest), or says something else (wrong). ' +
        'A case is a JSON file (docs/fidelity.md tells the form) or a Python script that compares by itself.',
    )
    .argument('<folder>', 'where the cases are')
    .option('--qemu <[version=]path...>', QEMU_HELP)
    .option('--fake <command>', FAKE_HELP)
    .option('--only <pattern>', 'cases with such a name', pattern, /(?:)/)
    .option('--honest <pattern>', 'what an honest answer says', pattern, HONEST)
    .option('--recorded', 'compare with what is recorded in the folder; no QEMU is needed')
    .option('--record', 'write down what the real QEMUs do, for --recorded and for the tests')
    .option('--list', 'show the differences')
    .action(async (path, { record, recorded, list = false, ...options }) => {
      setPriority(NICENESS);
      const folder = resolve(path);
      if (record) return recordAll(folder, options);
      for (const run of recorded ? fromRecordings(folder, options) : fromQemus(folder, options)) {
        if ((await judgeAll(run, list)) > 0) process.exitCode = 1;
      }
    });
}

/** Judges each case, and prints the counts: gives how many are wrong. */
async function judgeAll({ version, cases }: Run, list: boolean): Promise<number> {
  const found: Record<Verdict, string[]> = { right: [], honest: [], wrong: [] };
  const judged = await mapAtOnce(cases, AT_ONCE, async ([name, judgeIt]) => ({ name, ...(await judgeIt()) }));
  for (const { name, verdict, report } of judged) {
    found[verdict].push(name);
    if (list && verdict !== 'right') console.log(`${version} ${name}: ${verdict}\n${report}`);
  }
  const { right, honest, wrong } = found;
  console.log(`${version}: right ${right.length}, honest ${honest.length}, wrong ${wrong.length}`);
  if (honest.length > 0) console.log(`  honest: ${honest.join(' ')}`);
  if (wrong.length > 0) console.log(`  wrong: ${wrong.join(' ')}`);
  return wrong.length;
}

function fromQemus(folder: string, { qemu: given, fake, only, honest }: Options): Run[] {
  const scripts = readdirSync(folder).filter((file) => SCRIPT.test(file) && only.test(file));
  return requireQemus(given).map((qemu) => {
    const ours = standIn(qemu.version, fake);
    const cases = casesOf(folder, qemu.version, only).map(
      (item) => [item.name, async () => judgeCase(item, await recordCase(qemu, item), ours, honest)] as const,
    );
    const byThemselves = scripts.toSorted().map(
      (script) =>
        [
          script,
          async () => {
            const { verdict, different } = await runPythonCase(join(folder, script), qemu, ours, honest);
            return { verdict, report: different.join('').trimEnd() };
          },
        ] as const,
    );
    return { version: qemu.version, cases: [...cases, ...byThemselves] };
  });
}

function fromRecordings(folder: string, { fake, only, honest }: Options): Run[] {
  return recordedVersions().map((version) => {
    const ours = standIn(version, fake);
    const accounts = readRecordings(folder, version);
    const cases = casesOf(folder, version, only).map((item) => {
      const account = accounts.get(item.name);
      if (account === undefined)
        throw new UserError(`${item.name} is not recorded for ${version}; --record does so`);
      return [item.name, () => judgeCase(item, account, ours, honest)] as const;
    });
    return { version, cases };
  });
}

async function judgeCase(
  item: Case,
  account: Account,
  ours: Program,
  honest: RegExp,
): Promise<{ verdict: Verdict; report: string }> {
  const played = await play(ours, sessionOf(item), furnishing(item));
  const { verdict, different } = judge(item, account, played, honest);
  const report = different.map(({ class: kind, at, real, standIn: said }) => {
    const step = item.steps[at];
    return `  ${kind}: ${step === undefined ? '(start)' : stepText(step)}\n    QEMU: ${real}\n    ours: ${said}`;
  });
  return { verdict, report: report.join('\n') };
}

async function recordAll(folder: string, { qemu: given, only }: Options): Promise<void> {
  for (const qemu of requireQemus(given)) await recordFolder(folder, qemu, only);
}
