import { complete, LEVELS } from '../../machine/cpu/topology.ts';
import { machineRules } from '../../machine/machine-rules.ts';
import { recordedParameters } from '../command-line/recorded-names.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

/** Levels that other boards have. */
const ELSEWHERE = ['drawers', 'books', 'clusters'];

/** `-smp` (`machine_parse_smp_config` in `hw/core/machine-smp.c`). */
export function checkTopology(context: StartContext): void {
  const { properties, machine, profile } = context;
  const parameters = recordedParameters(profile, 'smp-opts') ?? {};
  const names = [...properties.keys()].filter((key) => key.startsWith('smp.')).map((key) => key.slice(4));
  const values = new Map<string, number>();
  for (const name of Object.keys(parameters)) {
    const text = properties.get(`smp.${name}`);
    if (text === undefined) continue;
    if (!/^[-+]?\d+$/.test(text)) refuse(`Parameter 'smp.${name}' expects integer`);
    values.set(name, Number(text));
  }
  const surplus = names.find((name) => !Object.hasOwn(parameters, name));
  if (surplus !== undefined) refuse(`Parameter 'smp.${surplus}' is unexpected`);
  checkZeros(context, values);
  for (const level of ELSEWHERE) {
    if ((values.get(level) ?? 1) > 1) refuse(`${level} > 1 not supported by this machine's CPU topology`);
  }
  // Versions without modules don't name them.
  const levels = LEVELS.filter((level) => Object.hasOwn(parameters, level));
  const topology = complete(values, levels);
  const [cpus, most] = [topology.get('cpus') ?? 1, topology.get('maxcpus') ?? 1];
  const shown = levels.map((level) => `${level} (${topology.get(level)})`).join(' * ');
  const product = levels.reduce((count, level) => count * (topology.get(level) ?? 1), 1);
  if (product !== most) {
    refuse(
      `Invalid CPU topology: product of the hierarchy must match maxcpus: ${shown} != maxcpus (${most})`,
    );
  }
  if (most < cpus) {
    refuse(
      `Invalid CPU topology: maxcpus must be equal to or greater than smp: ${shown} == maxcpus (${most}) < smp_cpus (${cpus})`,
    );
  }
  if (most > machine.maxCpus || most < 0) {
    refuse(
      `Invalid SMP CPUs ${most}. The max CPUs supported by machine '${machine.name}' is ${machine.maxCpus}`,
    );
  }
}

/** Zeros were taken for nothing once, with a warning. */
function checkZeros(context: StartContext, values: Map<string, number>): void {
  const zeros = [...values].filter(([, value]) => value === 0);
  if (zeros.length === 0) return;
  const words = 'CPU topology parameters must be greater than zero';
  if (!machineRules(context.profile).zeroTopology) refuse(`Invalid CPU topology: ${words}`);
  context.warn(`Deprecated CPU topology (considered invalid): ${words}`);
  for (const [name] of zeros) values.delete(name);
}

/** The whole topology of the machine's CPUs, as far as options give it. */
export function topologyOf(context: StartContext): ReadonlyMap<string, number> {
  const values = [...context.properties].flatMap(([key, value]) =>
    key.startsWith('smp.') && /^\d+$/.test(value) ? [[key.slice(4), Number(value)] as const] : [],
  );
  const parameters = recordedParameters(context.profile, 'smp-opts') ?? {};
  return complete(
    new Map(values),
    LEVELS.filter((level) => Object.hasOwn(parameters, level)),
  );
}

/** More CPUs than the guest can tell apart need what TCG doesn't have. */
export function checkCpuCount(context: StartContext): void {
  const count = topologyOf(context).get('maxcpus') ?? 1;
  if (context.machine.kind !== 'none' && count > 255) notModelled(`${count} CPUs`);
}
