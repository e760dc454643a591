/**
 * Reports how much the types of one QEMU version add to the time that a small project takes to check.
 *
 * The project is `packages/qmp-core/test/types/calls.ts`, 50 calls, with the built declarations of qmp-core.
 * Its rival is the same project with a schema in place of the generated one that takes any command and gives
 * `any`. The two run in turns, so that what else the machine does falls on both; times are processor times
 * (by the shell's `time`), which a busy machine disturbs less than it does a clock.
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from '../../lib/median.ts';
import { inRepository } from '../../lib/repository.ts';
import { table } from '../../lib/table.ts';
import { COMPILERS, compilerPath } from '../../lib/compilers.ts';
import { COMPILER_OPTIONS } from '../../lib/type-project.ts';
import { recordedVersions } from '../../lib/versions.ts';
import type { SuiteOptions } from '../suite.ts';

const version = recordedVersions().at(-1)!;
const core = inRepository('packages/qmp-core');
// Below node_modules, so that `@types/node` is found as in any project.
const scratch = inRepository('node_modules/.cache/qapi-bench');
const PROJECTS = ['typed', 'untyped'] as const;
type Project = (typeof PROJECTS)[number];
const schemaName = `Qapi${version.replace('.', '')}`;

const tsconfig = {
  // The untyped project has nothing to infer the parameters of its callbacks from.
  compilerOptions: { ...COMPILER_OPTIONS, noImplicitAny: false },
  include: ['*.ts'],
};

/** A schema that takes everything and gives `any`, in place of the generated one. */
const anything = `
export interface ${schemaName} {
  commands: { [command: string]: { arguments: any; return: any } };
  events: { [event: string]: any };
}
`;

/** Gives the Markdown report of what the types cost. */
export async function typesReport({ rounds }: SuiteOptions): Promise<string> {
  await rm(scratch, { recursive: true, force: true });
  const rows: string[][] = [];
  try {
    makeDeclarations();
    for (const project of PROJECTS) await prepare(project);
    for (const [name, alias] of Object.entries(COMPILERS)) {
      const compiler = compilerPath(alias);
      for (const skipLibCheck of [false, true]) {
        const { typed, untyped } = measure(compiler, skipLibCheck, rounds);
        const added = `${((typed / untyped - 1) * 100).toFixed(1)} %`;
        const goal = skipLibCheck ? 'none' : typed / untyped <= 1.15 ? '15 %, met' : '15 %, missed';
        rows.push([name, String(skipLibCheck), untyped.toFixed(), typed.toFixed(), added, goal]);
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return [
    `## Types: checking a project of 50 calls, with the types of QEMU ${version}`,
    '',
    'Processor time, median. With `skipLibCheck: true` the rest of the work is about half, so the same cost is a larger share.',
    '',
    table(['TypeScript', 'skipLibCheck', 'any call, ms', 'typed calls, ms', 'added', 'goal'], rows),
  ].join('\n');
}

/** Puts the declarations of qmp-core together as they are published; the next `pnpm build` undoes it. */
function makeDeclarations(): void {
  const bundler = inRepository('scripts/bundle.mjs');
  const { status } = spawnSync(process.execPath, [bundler, '--declarations', 'qmp-core'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The declarations of qmp-core could not be made');
}

async function prepare(project: Project): Promise<void> {
  const folder = join(scratch, project);
  const copy = join(folder, 'node_modules/qmp-core');
  await mkdir(copy, { recursive: true });
  await cp(join(core, 'package.json'), join(copy, 'package.json'));
  await cp(join(core, 'dist'), join(copy, 'dist'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  const calls = await readFile(join(core, 'test/types/calls.ts'), 'utf8');
  await writeFile(
    join(folder, 'calls.ts'),
    calls.replace(
      "{ DefaultQapi as Qapi } from 'qmp-core'",
      `{ ${schemaName} as Qapi } from 'qmp-core/qapi/${version}'`,
    ),
  );
  if (project === 'untyped') await writeFile(join(copy, `dist/qapi-${version}.d.ts`), anything);
}

/** The median times, in ms. */
function measure(compiler: string, skipLibCheck: boolean, rounds: number): Record<Project, number> {
  const times: Record<Project, number[]> = { typed: [], untyped: [] };
  // The first round warms the caches of the file system and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    for (const project of PROJECTS) {
      const result = spawnSync(
        'bash',
        ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', process.execPath, compiler, '-p']
          .concat(join(scratch, project))
          .concat('--skipLibCheck', String(skipLibCheck)),
        { encoding: 'utf8' },
      );
      if (result.status !== 0) throw new Error(`${project}: ${result.stdout}${result.stderr}`);
      const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(result.stderr) ?? [];
      if (round > 0) times[project].push((Number(user) + Number(system)) * 1000);
    }
  }
  return { typed: median(times.typed), untyped: median(times.untyped) };
}
