import { NO_MACHINE, Monitor } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';
import { captureDevices } from './devices.ts';
import { captureMachine } from './machine.ts';
import { captureQueries } from './queries.ts';
import { captureRefusals } from './refusals.ts';
import { captureRules } from './rules.ts';
import { askSchema, checkCommandOrder, schemaFile } from './schema.ts';

/** All that is recorded of a version: the texts of its files by name. */
export async function captureVersion(
  program: Program,
): Promise<{ entries: number; files: Record<string, string> }> {
  await using qemu = await Monitor.start(program, NO_MACHINE);
  const { version } = qemu;
  const { text, entries, schema } = await askSchema(qemu);
  const refusals = await captureRefusals(qemu, schema);
  await checkCommandOrder(qemu, entries, refusals.unchecked);
  const rules = await captureRules(program);
  return {
    entries: entries.length,
    files: {
      'schema.json': schemaFile(text),
      'refusals.json': `${JSON.stringify(refusals, null, 1)}\n`,
      'queries.json': await captureQueries(program, schema),
      'devices.json': await captureDevices(program),
      'machine.json': `${JSON.stringify(await captureMachine(program), null, 1)}\n`,
      'profile.json': `${JSON.stringify({ version, rules }, null, 2)}\n`,
    },
  };
}
