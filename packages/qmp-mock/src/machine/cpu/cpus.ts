import { notModelled } from '../../engine/not-modelled.ts';
import { QDict } from '../../engine/json/value.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import {
  always,
  hmpTable,
  notModelledLine,
  onlyUsage,
  sameAs,
  showing,
  taking,
  unlessTouched,
  type HmpCommand,
  type HmpTable,
} from '../hmp/command.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Recording } from '../recording.ts';
import type { Board } from '../setup/board.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { CpuSlot, CpuSlots } from './cpu-slots.ts';

/** Parts of the machine that {@link Cpus} needs. */
export interface CpusParts {
  readonly board: Board;
  readonly recording: Recording;
  /** The replies of a machine without hot-plugging of CPUs. */
  readonly bareRecording: Recording;
  readonly setup: Setup;
  readonly rules: Pick<MachineRules, 'cpuModelShown' | 'noNmi'>;
  /** The places for CPUs, with the CPUs that are there. */
  readonly slots: () => CpuSlots;
  /** Type of its CPUs. */
  readonly type: string;
}

/** The machine's CPUs and the places for more (`qapi/machine.json`). */
export class Cpus implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: CpusParts;

  constructor(parts: CpusParts) {
    this.#parts = parts;
    const { board, recording, bareRecording, rules, setup, slots, type } = parts;
    this.commands = commandTable({
      'query-cpus-fast': () => {
        if (board.bare) return [];
        this.#requireKnown('query-cpus-fast');
        const [recorded] = listOf(recording.value('query-cpus-fast'));
        const own = recorded?.has('qom-type') === true ? { 'qom-type': type } : {};
        return slots().present.map(({ index, cpu, ...slot }) => ({
          'cpu-index': index,
          'qom-path': cpu?.path,
          'thread-id': cpu?.thread,
          props: propertiesOf(slot),
          target: recorded?.get('target'),
          ...own,
        }));
      },
      'query-hotpluggable-cpus': () => {
        // Machine `none` refuses this, as others do without hot-plugging: the recorded reply is their answer.
        if (board.bare || board.family?.plugsCpus === false)
          return bareRecording.reply('query-hotpluggable-cpus');
        this.#requireKnown('query-hotpluggable-cpus');
        return slots()
          .all.toReversed()
          .map((slot) => ({
            type,
            'vcpus-count': 1,
            props: propertiesOf(slot),
            ...(slot.cpu !== undefined && { 'qom-path': slot.cpu.path }),
          }));
      },
      ...(recording.has('query-accelerators') && {
        'query-accelerators': () => {
          const recorded = recording.value('query-accelerators');
          const present = recorded instanceof QDict ? recorded.get('present') : [];
          return { enabled: setup.accelerator, present };
        },
      }),
      'query-kvm': () => ({ enabled: setup.accelerator === 'kvm', present: true }),
      'inject-nmi': () => {
        if (board.bare) throw genericError(rules.noNmi);
        if (board.family === undefined) notModelled(`inject-nmi of machine ${board.type}`);
      },
      'set-vcpu-dirty-limit': () => {
        if (setup.accelerator !== 'tcg' && setup.mentions('dirty-ring-size')) {
          setup.require('set-vcpu-dirty-limit', 'accelerator');
        }
        throw genericError(
          "dirty page limit feature requires KVM with accelerator property 'dirty-ring-size' set'",
        );
      },
      'cancel-vcpu-dirty-limit': () => undefined,
    });
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      nmi: sameAs('inject-nmi'),
      cpu: taking('index:integer', (given) =>
        this.#has(Number(given.get('index'))) ? [] : ['invalid CPU index'],
      ),
      i: onlyUsage('addr:number index:number?'),
      o: onlyUsage('addr:number val:number'),
    });
  }

  infoTopics(): HmpTable {
    const { setup } = this.#parts;
    return hmpTable({
      cpus: showing<readonly Shown[]>('query-cpus-fast', (cpus) => cpus.map((cpu) => this.#line(cpu))),
      'hotpluggable-cpus': showing<readonly Slot[]>('query-hotpluggable-cpus', (slots) => [
        'Hotpluggable CPUs:',
        ...slots.flatMap(slotLines),
      ]),
      registers: this.#aboutCpus,
      mem: this.#aboutCpus,
      tlb: this.#aboutCpus,
      lapic: this.#aboutCpus,
      kvm: () => [`kvm support: ${setup.accelerator === 'kvm' ? 'enabled' : 'disabled'}`],
      opcount: unlessTouched(setup, ['accelerator'], always('[TCG profiler not compiled]')),
      vcpu_dirty_limit: unlessTouched(setup, ['accelerator'], always('Dirty page limit not enabled!')),
    });
  }

  /** A topic about CPUs: none can be shown if there is none, and what one holds is not modelled. */
  readonly #aboutCpus: HmpCommand = (context) =>
    this.#parts.board.bare ? ['No CPU available'] : notModelledLine(context);

  #has(index: number): boolean {
    const { board, slots } = this.#parts;
    return !board.bare && slots().present.some((slot) => slot.index === index);
  }

  #line({ 'cpu-index': index, 'thread-id': thread }: Shown): string {
    const model = this.#parts.rules.cpuModelShown ? ` model=${modelOf(this.#parts.type)}` : '';
    return `${index === 0 ? '*' : ' '} CPU #${index}: thread_id=${thread}${model}`;
  }

  /** CPUs are known of a PC; of other boards not even whether more can come. */
  #requireKnown(command: string): void {
    const { board, setup } = this.#parts;
    if (board.family?.cpu === undefined) notModelled(`${command} of machine ${board.type}`);
    if (setup.isInDoubt('cpus')) setup.require(command, 'cpus');
  }
}

/** The type of CPUs of that model. */
export function cpuType(model: string): string {
  return `${model}${SUFFIX}`;
}

const SUFFIX = '-x86_64-cpu';

/** The model of a type of CPUs. */
function modelOf(type: string): string {
  return type.endsWith(SUFFIX) ? type.slice(0, -SUFFIX.length) : type;
}

/** A CPU as `query-cpus-fast` shows it. */
interface Shown {
  readonly 'cpu-index': number;
  readonly 'thread-id': number;
}

/** A place as `query-hotpluggable-cpus` shows it. */
interface Slot {
  readonly type: string;
  readonly 'vcpus-count': number;
  readonly 'qom-path'?: string;
  readonly props: Readonly<Record<string, number>>;
}

function propertiesOf({ props, node }: Pick<CpuSlot, 'props' | 'node'>): Readonly<Record<string, number>> {
  return { ...Object.fromEntries(props), ...(node !== undefined && { 'node-id': node }) };
}

function listOf(value: unknown): QDict[] {
  return Array.isArray(value) ? value.filter((item) => item instanceof QDict) : [];
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

function slotLines(slot: Slot): string[] {
  const { type, 'vcpus-count': count, 'qom-path': path, props } = slot;
  return [
    `  type: "${type}"`,
    `  vcpus_count: "${count}"`,
    ...(path === undefined ? [] : [`  qom_path: "${path}"`]),
    '  CPUInstance Properties:',
    ...CPU_PROPERTIES.filter((name) => Object.hasOwn(props, name)).map(
      (name) => `    ${name}: "${props[name]}"`,
    ),
  ];
}
