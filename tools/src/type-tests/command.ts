import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Option, type Command } from '@commander-js/extra-typings';
import { COMPILERS } from '../lib/compilers.ts';
import { inRepository } from '../lib/repository.ts';
import { TypeProject } from '../lib/type-project.ts';
import { recordedVersions } from '../lib/versions.ts';
import { compare, expectedIn } from './mistakes.ts';
import { compareStruckOut } from './struck-out.ts';

export function define(command: Command): void {
  command
    .description(
      `Compiles the type tests of qmp-core (packages/qmp-core/test/types) as a consumer would: against the built
declarations, with skipLibCheck: false, by each TypeScript that is supported.

  calls.ts     must compile against the schema of each QEMU version
  mistakes.ts  must fail exactly where it says, with the code and the words that it says
  marked.ts    an editor must strike out exactly the calls that say so (up to TypeScript 6, which has the interface to ask)`,
    )
    .addOption(new Option('--only <version>', 'one compiler alone').choices(Object.keys(COMPILERS)))
    .action(async ({ only }) => {
      const compilers = Object.entries(COMPILERS).filter(([name]) => only === undefined || only === name);
      using project = new TypeProject('qapi-types');
      let failed = 0;
      const report = (title: string, problems: readonly string[]): void => {
        console.log(`${problems.length === 0 ? 'ok' : 'FAILED'}  ${title}`);
        for (const problem of problems) console.log(`        ${problem}`);
        if (problems.length > 0) failed += 1;
      };
      const [calls, mistakes, marked] = await Promise.all(['calls.ts', 'mistakes.ts', 'marked.ts'].map(read));
      for (const [name, alias] of compilers) {
        for (const version of recordedVersions()) {
          const type = `Qapi${version.replace('.', '')}`;
          const source = calls!.replace(
            "{ DefaultQapi as Qapi } from 'qmp-core'",
            `{ ${type} as Qapi } from 'qmp-core/qapi/${version}'`,
          );
          const output = project.compile(alias, new Map([['calls.ts', source]]));
          report(`TypeScript ${name}, QEMU ${version}: calls.ts compiles`, output);
        }
        // Without the directive the errors show.
        const shown = mistakes!.replaceAll('@ts-expect-error', 'expected:');
        const output = project.compile(alias, new Map([['mistakes.ts', shown]]));
        report(`TypeScript ${name}: mistakes.ts fails as expected`, compare(output, expectedIn(mistakes!)));
        if (alias === 'typescript') continue;
        const file = join(project.write(new Map([['marked.ts', marked!]])), 'marked.ts');
        const problems = await compareStruckOut(alias, file, marked!);
        report(`TypeScript ${name}: an editor strikes out what is marked`, problems);
      }
      console.log(failed === 0 ? 'All type tests passed.' : `${failed} type tests failed.`);
      if (failed > 0) process.exitCode = 1;
    });
}

const read = (name: string): Promise<string> =>
  readFile(join(inRepository('packages/qmp-core/test/types'), name), 'utf8');
