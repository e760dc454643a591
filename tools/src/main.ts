/** The command `pnpm tools`. A sub-command's module is loaded only once that command is chosen. */
import { Command } from '@commander-js/extra-typings';
import { UserError } from './lib/user-error.ts';
import { tools } from './tools.ts';

const program = new Command('pnpm tools')
  .description('Recorders, comparisons, fuzzers and benchmarks of this workspace.')
  .helpCommand(false)
  .showHelpAfterError('(--help tells more)');
const definitions = new Map<string, () => Promise<void>>();
for (const [name, { summary, load }] of Object.entries(tools)) {
  const command = program.command(name).summary(summary);
  definitions.set(name, async () => (await load()).define(command));
}
program.hook('preSubcommand', (_program, chosen) => definitions.get(chosen.name())?.());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`pnpm tools: ${error.message}`);
  process.exitCode = 2;
}
