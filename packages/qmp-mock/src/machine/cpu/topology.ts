import type { GivenOption } from '../machine-options.ts';
import { optionValues } from '../setup/option-values.ts';

/** Levels of a PC's topology, from the outside in; versions without modules have one of them everywhere. */
export const LEVELS = ['sockets', 'dies', 'modules', 'cores', 'threads'] as const;

/** The number of CPUs that a machine has and may have, and how they lie. */
export interface Topology {
  /** Number of CPUs that are there from the start. */
  readonly cpus: number;
  /** Number of places for CPUs. */
  readonly maxCpus: number;
  /** How many parts of a level the level above it has. */
  readonly count: (level: (typeof LEVELS)[number]) => number;
}

/** Fills in what isn't given: cores come before sockets (`machine_parse_smp_config`). */
export function complete(
  given: ReadonlyMap<string, number>,
  levels: readonly string[],
): ReadonlyMap<string, number> {
  const topology = new Map(given);
  const get = (name: string): number => topology.get(name) ?? 0;
  const middle = levels.filter((level) => !['sockets', 'cores', 'threads'].includes(level));
  for (const level of middle) topology.set(level, topology.get(level) ?? 1);
  const inner = middle.reduce((count, level) => count * get(level), 1);
  let [sockets, cores, threads] = ['sockets', 'cores', 'threads'].map(get) as [number, number, number];
  const most = get('maxcpus') || get('cpus');
  if (most === 0) {
    sockets ||= 1;
    cores ||= 1;
    threads ||= 1;
  } else if (cores === 0) {
    sockets ||= 1;
    threads ||= 1;
    cores = Math.floor(most / (sockets * inner * threads));
  } else if (sockets === 0) {
    threads ||= 1;
    sockets = Math.floor(most / (inner * cores * threads));
  }
  threads ||= Math.floor(most / (sockets * inner * cores));
  topology.set('sockets', sockets).set('cores', cores).set('threads', threads);
  topology.set('maxcpus', most || sockets * inner * cores * threads);
  topology.set('cpus', get('cpus') || get('maxcpus'));
  return topology;
}

/** Numbers that `-smp`, or `smp` of `-machine`, gives, by their names. Zeros count as not given. */
export function givenCounts(given: readonly GivenOption[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name, argument } of given) {
    const isMachine = name === 'machine' || name === 'M';
    if (name !== 'smp' && !isMachine) continue;
    for (const [key, value] of optionValues(argument, isMachine ? 'type' : 'cpus')) {
      const member = isMachine ? /^smp\.(.*)$/.exec(key)?.[1] : key;
      if (member !== undefined && /^\d+$/.test(value) && Number(value) > 0) counts.set(member, Number(value));
    }
  }
  return counts;
}

/**
 * The topology of a machine's CPUs.
 *
 * @param given - The options of its command line.
 * @param cpus - Number of CPUs, if no option says more.
 */
export function topologyOf(given: readonly GivenOption[], cpus: number): Topology {
  const counts = givenCounts(given);
  const topology = complete(counts.size === 0 ? new Map([['cpus', cpus]]) : counts, LEVELS);
  return {
    cpus: topology.get('cpus') ?? 1,
    maxCpus: topology.get('maxcpus') ?? 1,
    count: (level) => topology.get(level) ?? 1,
  };
}
