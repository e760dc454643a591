import { QmpCommandError } from 'qmp-core';
import { fromPrinted, type CommandHost } from '../internals/engine.ts';
import { checkArguments, loadSchema } from '../internals/schema.ts';
import { Monitor, NO_MACHINE, type GreetedVersion } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';

/** The commands that the inputs name. */
const COMMANDS = ['query-name', 'query-uuid', 'query-kvm', 'query-block', 'migrate-pause'];

/** In place of an answer that was not learnt: an input has come upon another command of QEMU's by chance. */
export const NOT_LEARNT = 'no answer was learnt';

/**
 * The host behind the engine: the schema of the version, and the answers of the QEMU that it is compared
 * with.
 */
export interface LearntHost extends CommandHost {
  readonly version: GreetedVersion;
}

/** Asks a QEMU for the answers of the commands that the inputs name. */
export async function learnHost(program: Program): Promise<LearntHost> {
  await using qemu = await Monitor.start(program, NO_MACHINE);
  const replies = await qemu.askAll(COMMANDS.map((execute) => ({ execute })));
  const answers = new Map(COMMANDS.map((name, index) => [name, replies[index]!]));
  const schema = loadSchema(program.version);
  return {
    version: qemu.version,
    find: (name) => schema.commands.get(name),
    check: (name, args) => checkArguments(schema, name, args),
    run({ name }) {
      const reply = answers.get(name);
      if (reply === undefined) return NOT_LEARNT;
      const { error, return: value } = reply.message;
      if (error !== undefined) throw new QmpCommandError(error.class, error.desc);
      return fromPrinted(value);
    },
  };
}
