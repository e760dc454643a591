/**
 * Rules of behaviour that differ between versions and that no list of data can express, found by trying. A
 * new rule is a member of `QemuRules` (`engine/profile.ts`) or `MachineRules` (`machine/machine-rules.ts`)
 * and a probe here.
 */
import type { Schema } from '../../engine/schema/schema.ts';
import { Scratch } from '../lib/scratch.ts';
import type { Note } from '../note.ts';
import { NO_MACHINE, type Answer, type Request } from '../qemu/monitor.ts';
import type { Qemu } from '../qemu/qemu.ts';
import { RevivingMonitor } from '../qemu/reviving-monitor.ts';
import { COMMAND_LINE_PROBES } from './command-line.ts';
import { DEVICE_PROBES } from './devices.ts';
import { ENGINE_PROBES } from './engine.ts';
import { EXCLUSION_PROBES } from './exclusions.ts';
import { EXPORT_PROBES } from './exports.ts';
import { HUMAN_MONITOR_PROBES } from './human-monitor.ts';
import { JOB_PROBES } from './jobs.ts';
import { MIGRATION_PROBES } from './migration.ts';
import { NETWORK_PROBES } from './network.ts';
import { IDLE_PC, type LearnedRules, type ProbeContext, type Probes } from './probe.ts';
import { QUERY_PROBES } from './queries.ts';

const PROBES: Probes<keyof LearnedRules> = {
  ...ENGINE_PROBES,
  ...COMMAND_LINE_PROBES,
  ...DEVICE_PROBES,
  ...EXCLUSION_PROBES,
  ...EXPORT_PROBES,
  ...HUMAN_MONITOR_PROBES,
  ...JOB_PROBES,
  ...MIGRATION_PROBES,
  ...NETWORK_PROBES,
  ...QUERY_PROBES,
};

/**
 * Every rule of a QEMU, by name. One that cannot be found out is noted, and taken over from another version.
 *
 * @param others - The rules of a version that is known, for those.
 */
export async function learnRules(
  qemu: Qemu,
  schema: Schema,
  others: LearnedRules,
  note: Note,
): Promise<Record<string, unknown>> {
  using scratch = new Scratch('qmp-learn-');
  await using none = new RevivingMonitor(() => qemu.start(NO_MACHINE));
  await using pc = new RevivingMonitor(() => qemu.start(IDLE_PC));
  const context: ProbeContext = { qemu, schema, scratch, ask: { none: asking(none), pc: asking(pc) } };
  const rules: Record<string, unknown> = {};
  for (const name of Object.keys(PROBES).toSorted() as (keyof LearnedRules)[]) {
    try {
      rules[name] = await PROBES[name](context);
    } catch (error) {
      rules[name] = others[name];
      note(`rule ${name}, taken over from another version: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  return rules;
}

function asking(monitor: RevivingMonitor): (request: Request) => Promise<Answer> {
  return async (request) => {
    const answer = await monitor.ask(request);
    if (answer === undefined) throw new Error(`QEMU ended or hung at ${JSON.stringify(request)}`);
    return answer;
  };
}
