import { QmpCommandError } from 'qmp-core';
import { QDict } from '../../engine/json/value.ts';
import { BlockGraph } from '../block-graph.ts';
import { Chardevs } from '../chardevs.ts';
import { uuidOf } from '../commands/status.ts';
import { Migration } from '../migration.ts';
import { readArguments, signature } from './hmp-arguments.ts';
import { UnmodelledHmpCommand, type HmpCommand, type HmpContext } from './hmp-command.ts';
import { cpuCount, runQmp, unknownTraceEvent } from './hmp-commands.ts';

/** A topic that shows what a query gives, or its refusal. `lines`: how a value is shown. */
const showing =
  <T>(query: string, lines: (value: T, context: HmpContext) => readonly string[]): HmpCommand =>
  (context) => {
    let value: unknown;
    try {
      value = runQmp(context, query, new QDict());
    } catch (error) {
      if (error instanceof QmpCommandError) return [`Error: ${error.desc}`];
      throw error;
    }
    return lines(value as T, context);
  };

/** For a topic of which only the empty answer is modelled. */
const nothing = (value: readonly unknown[], { names }: HmpContext): readonly string[] => {
  if (value.length > 0)
    throw new UnmodelledHmpCommand(`The mock's human monitor does not model "info ${names}"`);
  return [];
};

/** A topic about CPUs: none can be shown where there is none, and what one holds is not modelled. */
const aboutCpus: HmpCommand = ({ machine, names }) => {
  if (machine.bare) return ['No CPU available'];
  throw new UnmodelledHmpCommand(`The mock's human monitor does not model "info ${names}"`);
};

/** A topic about the devices of a board: machine `none` has none. */
const aboutBoard: HmpCommand = ({ machine, names }) => {
  if (machine.bare) return [];
  throw new UnmodelledHmpCommand(`The mock's human monitor does not model "info ${names}"`);
};

/** What an answer always is. */
const always =
  (...lines: readonly string[]): HmpCommand =>
  () =>
    lines;

/** Run states that the human monitor shows with their name in brackets. */
function statusLine({ machine }: HmpContext): readonly string[] {
  const { running, state } = machine.power;
  if (running) return ['VM status: running'];
  return [state === 'paused' ? 'VM status: paused' : `VM status: paused (${state})`];
}

interface MemoryBackend {
  readonly id?: string;
  readonly size: number;
  readonly merge: boolean;
  readonly dump: boolean;
  readonly prealloc: boolean;
  readonly share: boolean;
  readonly reserve: boolean;
  readonly policy: string;
  readonly 'host-nodes': readonly number[];
}

function backendLines(backend: MemoryBackend): string[] {
  const { size, merge, dump, prealloc, share, reserve, policy } = backend;
  const values = { size: ` ${size}`, merge, dump, prealloc, share, reserve, policy };
  return [
    `memory backend: ${backend.id ?? ''}`,
    ...Object.entries(values).map(([name, value]) => `  ${name}: ${value}`),
    `  host nodes: ${backend['host-nodes'].join(' ')}`,
  ];
}

/** Properties of a place for a CPU, in the order in which they are shown. */
const CPU_PROPERTIES = [
  'node-id',
  'drawer-id',
  'book-id',
  'socket-id',
  'die-id',
  'module-id',
  'core-id',
  'thread-id',
];

function cpuSlotLines(slot: QDict): string[] {
  const props = slot.get('props') as QDict;
  const quoted = (dict: QDict, name: string): string => {
    const value = dict.get(name);
    return typeof value === 'string' ? `"${value}"` : `"${Number(value)}"`;
  };
  return [
    `  type: ${quoted(slot, 'type')}`,
    `  vcpus_count: ${quoted(slot, 'vcpus-count')}`,
    ...(slot.has('qom-path') ? [`  qom_path: ${quoted(slot, 'qom-path')}`] : []),
    '  CPUInstance Properties:',
    ...CPU_PROPERTIES.filter((name) => props.has(name)).map((name) => `    ${name}: ${quoted(props, name)}`),
  ];
}

function cpuLines({ machine }: HmpContext): string[] {
  const model = machine.rules.cpuModelShown ? ' model=qemu64' : '';
  return Array.from(
    { length: cpuCount(machine) },
    (_, index) => `${index === 0 ? '*' : ' '} CPU #${index}: thread_id=1000${model}`,
  );
}

function migrationLines({ machine, names }: HmpContext): readonly string[] {
  if (machine.store(Migration).state !== 'none') {
    throw new UnmodelledHmpCommand(`The mock's human monitor does not model "info ${names}" of a migration`);
  }
  return machine.rules.migrationGlobals;
}

/** Subcommands of `info`. */
export const HMP_INFO: ReadonlyMap<string, HmpCommand> = new Map<string, HmpCommand>([
  ['status', statusLine],
  [
    'version',
    ({ machine }) => {
      const { qemu, package: name } = machine.profile.version;
      return [`${qemu.major}.${qemu.minor}.${qemu.micro}${name}`];
    },
  ],
  ['name', ({ machine }) => (machine.options.name === undefined ? [] : [machine.options.name])],
  ['uuid', ({ machine }) => [uuidOf(machine)]],
  ['kvm', always('kvm support: disabled')],
  [
    'chardev',
    ({ machine }) =>
      machine
        .store(Chardevs)
        .list()
        .map(({ label, filename }) => `${label}: filename=${filename}`),
  ],
  ['block', always()],
  ['block-jobs', always('No active jobs')],
  [
    'blockstats',
    ({ machine, ...context }) => nothing(machine.store(BlockGraph).list(), { machine, ...context }),
  ],
  ['cpus', cpuLines],
  ['mice', ({ machine }) => [machine.bare ? 'No mouse devices connected' : '* Mouse #2: QEMU PS/2 Mouse']],
  ['network', always()],
  ['snapshots', ({ machine }) => [machine.rules.noSnapshots]],
  ['vnc', always('None')],
  ['spice', always('Server: disabled')],
  ['balloon', always('Error: No balloon device has been activated')],
  ['numa', always('0 nodes')],
  ['tpm', always()],
  ['history', always()],
  ['sev', always('SEV is not enabled')],
  ['usb', always('Error: USB support not enabled')],
  ['replay', always('Record/replay is not active')],
  ['dump', always('Status: none')],
  ['cryptodev', always()],
  ['rdma', always()],
  ['memory-devices', always()],
  ['opcount', always('[TCG profiler not compiled]')],
  ['vcpu_dirty_limit', always('Dirty page limit not enabled!')],
  [
    'dirty_rate',
    always(
      'Status: unstarted',
      'Start Time: 0 (ms)',
      'Sample Pages: 0 (per GB)',
      'Period: 0 (sec)',
      'Mode: page-sampling',
      'Dirty rate: (not ready)',
    ),
  ],
  [
    'sgx',
    ({ machine }) => [
      machine.bare ? 'SGX is only supported on PC machines' : 'No EPC regions defined, SGX not available',
    ],
  ],
  ['virtio', ({ machine }) => [machine.rules.noVirtio]],
  ['rocker', (context) => [`Error: rocker ${word(context, 'name')} not found`]],
  [
    'qom-tree',
    ({ rest, names }) => {
      if (rest === '' || rest.startsWith('/'))
        throw new UnmodelledHmpCommand(`The mock's human monitor does not model "info ${names}"`);
      return [`Path '${rest}' could not be resolved.`];
    },
  ],
  [
    'trace-events',
    ({ rest, names }) =>
      unknownTraceEvent(
        readArguments(names, signature('name:string? vcpu:integer?'), rest).get('name') ?? '*',
      ),
  ],
  [
    'sync-profile',
    always(
      'Type               Object  Call site  Wait Time (s)         Count  Average (us)',
      '-'.repeat(79),
      '-'.repeat(79),
    ),
  ],
  ['iothreads', showing('query-iothreads', nothing)],
  ['vm-generation-id', showing('query-vm-generation-id', () => [])],
  [
    'hotpluggable-cpus',
    showing<readonly QDict[]>('query-hotpluggable-cpus', (slots) => [
      'Hotpluggable CPUs:',
      ...slots.flatMap(cpuSlotLines),
    ]),
  ],
  [
    'memdev',
    showing<readonly MemoryBackend[]>('query-memdev', (backends) => [
      ...backends.flatMap((backend, index) => [...(index > 0 ? [''] : []), ...backendLines(backend)]),
      '',
    ]),
  ],
  [
    'memory_size_summary',
    showing<Record<string, number>>('query-memory-size-summary', (summary) => [
      `base memory: ${summary['base-memory']}`,
      `plugged memory: ${summary['plugged-memory']}`,
    ]),
  ],
  [
    'migrate_capabilities',
    ({ machine }) =>
      [...machine.store(Migration).capabilities].map(([name, on]) => `${name}: ${on ? 'on' : 'off'}`),
  ],
  ['migrate', migrationLines],
  ['registers', aboutCpus],
  ['mem', aboutCpus],
  ['tlb', aboutCpus],
  ['lapic', aboutCpus],
  ['pci', aboutBoard],
  ['irq', aboutBoard],
  ['pic', aboutBoard],
  ['roms', aboutBoard],
]);

function word({ names, rest }: HmpContext, name: string): string {
  return String(readArguments(names, signature(`${name}:string`), rest).get(name));
}
