import type { Command } from '@commander-js/extra-typings';
import { PACKAGES } from '../lib/packages.ts';
import { loadCompiler } from '../lib/public-exports.ts';
import { TypeProject } from '../lib/type-project.ts';
import { findExamples } from './find-examples.ts';
import { modulesOf } from './modules.ts';

export function define(command: Command): void {
  command
    .description(
      `Compiles every @example of what the packages export, against the built packages. What the packages export needs no
import in an example, and some names are taken as given (tools/src/examples/given.ts).`,
    )
    .action(async () => {
      const compiler = await loadCompiler();
      const { examples, exports } = findExamples(compiler, PACKAGES);
      const modules = modulesOf(compiler, examples, exports);
      using project = new TypeProject('examples');
      const problems = project.compile('typescript', modules);
      for (const problem of problems) console.log(withTitle(problem, examples));
      console.log(
        problems.length === 0
          ? `${examples.length} examples compile.`
          : `${problems.length} faults in ${examples.length} examples.`,
      );
      if (problems.length > 0) process.exitCode = 1;
    });
}

/** A line of the compiler, with the name of what the example is of. */
function withTitle(problem: string, examples: readonly { title: string }[]): string {
  return problem.replace(/^example-(\d+)\.ts/, (_, index: string) => examples[Number(index)]!.title);
}
