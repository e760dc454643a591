import { NotModelledError } from '../../engine/not-modelled.ts';
import { QDict } from '../../engine/json/value.ts';
import { textOf } from '../../machine/command.ts';
import { recordedQueries } from '../../machine/recorded-queries.ts';
import { cannotAllocate, MOST_MEMORY } from '../../machine/memory/memory-backend.ts';
import { parseSize } from '../command-line/qemu-opts.ts';
import { StartError } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

/** `-smp` with more CPUs than the machine takes (`smp_parse` in `hw/core/machine-smp.c`). */
export function checkCpuCount(context: StartContext): void {
  const argument = context.given.findLast(({ name }) => name === 'smp')?.argument;
  const count = argument === undefined ? undefined : greatestCount(argument);
  const machine = machineOf(context);
  const most = Number(machine?.get('cpu-max'));
  if (count === undefined || machine === undefined || !(count > most)) return;
  throw new StartError(
    `Invalid SMP CPUs ${count}. The max CPUs supported by machine '${textOf(machine, 'name')}' is ${most}`,
  );
}

/** Levels of a topology. */
const LEVELS = ['drawers', 'books', 'sockets', 'dies', 'clusters', 'modules', 'cores', 'threads'];

/**
 * `-smp` whose levels don't make up the number of CPUs: QEMU refuses it, in words that differ from version to
 * version.
 */
export function checkTopology({ given }: StartContext): void {
  const argument = given.findLast(({ name }) => name === 'smp')?.argument;
  if (argument === undefined) return;
  const [, cpus] = /(?:^|,)(?:cpus=)?(\d+)(?:,|$)/.exec(argument) ?? [];
  const [, maxcpus] = /(?:^|,)maxcpus=(\d+)(?:,|$)/.exec(argument) ?? [];
  const most = Number(maxcpus ?? cpus ?? 0);
  const levels = argument.split(',').filter((part) => LEVELS.includes(part.split('=')[0] ?? ''));
  const product = levels.reduce((count, level) => count * Number(level.split('=')[1]), 1);
  const open = !['sockets', 'cores', 'threads'].every((level) => argument.includes(`${level}=`));
  const fits = most === 0 || (open ? most % product === 0 : most === product);
  if (fits && !(Number(cpus) > most)) return;
  throw new StartError(new NotModelledError(`the topology of -smp ${argument}`).desc);
}

/** The number of CPUs that there may be at most. */
function greatestCount(argument: string): number | undefined {
  const [, cpus] = /(?:^|,)(?:cpus=)?(\d+)(?:,|$)/.exec(argument) ?? [];
  const [, most] = /(?:^|,)maxcpus=(\d+)(?:,|$)/.exec(argument) ?? [];
  const counts = [cpus, most].flatMap((text) => (text === undefined ? [] : [Number(text)]));
  return counts.length === 0 ? undefined : Math.max(...counts);
}

/** The recorded entry of the machine's type, by its name or its alias. */
function machineOf({ profile, machine }: StartContext): QDict | undefined {
  const reply = recordedQueries(profile).reply('pc', 'query-machines');
  const machines = reply !== undefined && 'value' in reply && Array.isArray(reply.value) ? reply.value : [];
  for (const entry of machines) {
    if (!(entry instanceof QDict)) continue;
    if (entry.get('name') === machine || entry.get('alias') === machine) return entry;
  }
  return undefined;
}

/** `-m` with more than can be, or with places for more memory, but no room for it, or the reverse. */
export function checkMemory(context: StartContext): void {
  const { given } = context;
  const argument = given.findLast(({ name }) => name === 'm')?.argument;
  if (argument === undefined) return;
  const value = (name: string): string | undefined =>
    argument
      .split(',')
      .find((part) => part.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  const slots = value('slots');
  const most = value('maxmem');
  const [first = ''] = argument.split(',');
  const size = parseSize(first.includes('=') ? (value('size') ?? '128') : first, 'M');
  // Only a number without a unit comes this far: it is of megabytes.
  if (size !== undefined && size >= 2 ** 64) throw new StartError("Parameter 'memory.size' expects size");
  if (most === undefined) {
    if (slots !== undefined && slots !== '0') throw new StartError('slots specified but no max-size');
    checkAllocation(size, context);
    return;
  }
  const room = parseSize(most);
  if (size === undefined || room === undefined) return;
  if (room >= size) {
    checkAllocation(size, context);
    if (room >= MOST_MEMORY) throw new StartError(new NotModelledError(`maxmem=${most}`).desc);
    return;
  }
  throw new StartError(
    `invalid value of maxmem: maximum memory size (0x${room.toString(16)}) must be at least the initial memory size (0x${size.toString(16)})`,
  );
}

/** Refuses memory that no host has, unless an object brings it. */
function checkAllocation(size: number | undefined, context: StartContext): void {
  if (size === undefined || size < MOST_MEMORY) return;
  const name = machineOf(context)?.get('default-ram-id');
  if (typeof name === 'string') throw new StartError(cannotAllocate(name));
}
