/** The command `pnpm tools`. A sub-command's module is loaded only once that command is chosen. */
import { Command } from '@commander-js/extra-typings';
import { UserError } from './lib/user-error.ts';
import { tools } from './tools.ts';

/** Columns of the help: the lists in it have lines of that length. */
const HELP_WIDTH = 120;

const program = new Command('pnpm tools')
  .description('Recorders, comparisons, fuzzers and benchmarks of this workspace.')
  .helpCommand(false)
  .configureHelp({ helpWidth: Math.max(process.stdout.columns ?? 0, HELP_WIDTH) })
  .showHelpAfterError('(--help tells more)');
const definitions = new Map<string, () => Promise<void>>();
for (const [name, { summary, load }] of Object.entries(tools)) {
  const command = program.command(name).summary(summary);
  definitions.set(name, async () => {
    (await load()).define(command);
    command.description(flowing(command.description()));
  });
}

/** Joins the lines of each paragraph, which the help breaks by itself; lists, which are indented, stay. */
function flowing(text: string): string {
  return text.replaceAll(/(?<=\S)\n(?=\S)/g, ' ');
}

program.hook('preSubcommand', (_program, chosen) => definitions.get(chosen.name())?.());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`pnpm tools: ${error.message}`);
  process.exitCode = 2;
}
