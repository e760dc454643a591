import { QDict } from '../../engine/json/value.ts';
import type { Board } from '../setup/board.ts';
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
import type { Setup } from '../setup/setup.ts';
import type { Recording } from '../recording.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Subsystem } from '../subsystem.ts';

/** The CPU of a PC, which was recorded. */
const PC_CPU = 'qemu64';
/** Number of the first CPU's thread; a mock has none. */
const FIRST_THREAD = 1000;

/** Parts of the machine that {@link Cpus} needs. */
export interface CpusParts {
  readonly board: Board;
  readonly recording: Recording;
  readonly setup: Setup;
  readonly rules: Pick<MachineRules, 'cpuModelShown' | 'noNmi'>;
}

/** The machine's CPUs and the places for more (`qapi/machine.json`). */
export class Cpus implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: CpusParts;

  constructor(parts: CpusParts) {
    this.#parts = parts;
    const { board, recording, rules, setup } = parts;
    this.commands = commandTable({
      'query-cpus-fast': (_args, call) => {
        if (board.bare) return [];
        this.#requireKnown(call.name);
        const [cpu] = listOf(recording.value('query-cpus-fast'));
        if (cpu === undefined) return [];
        return this.#each(cpu).map(
          (item, index) => new QDict([...item, ['cpu-index', index], ['thread-id', FIRST_THREAD + index]]),
        );
      },
      'query-hotpluggable-cpus': (_args, call) => {
        if (!board.bare) this.#requireKnown(call.name);
        // Machine `none` refuses this, so the recorded reply is the answer there.
        const reply = recording.reply('query-hotpluggable-cpus');
        const [cpu] = listOf(reply);
        if (cpu === undefined) return reply;
        const all = this.#each(cpu).toReversed();
        // Before the machine is made there are places for CPUs, but no CPUs.
        if (!board.made) for (const item of all) item.delete('qom-path');
        return all;
      },
      'inject-nmi': () => {
        if (board.bare) throw genericError(rules.noNmi);
        if (board.family === undefined) notModelled(`inject-nmi of machine ${board.type}`);
      },
      'set-vcpu-dirty-limit': () => {
        setup.require('set-vcpu-dirty-limit', 'accelerator');
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
        Number(given.get('index')) < this.#parts.board.cpus ? [] : ['invalid CPU index'],
      ),
      i: onlyUsage('addr:number index:number?'),
      o: onlyUsage('addr:number val:number'),
    });
  }

  infoTopics(): HmpTable {
    const { setup } = this.#parts;
    return hmpTable({
      cpus: unlessTouched(setup, ['cpus'], () => this.#lines()),
      'hotpluggable-cpus': showing<readonly QDict[]>('query-hotpluggable-cpus', (slots) => [
        'Hotpluggable CPUs:',
        ...slots.flatMap(slotLines),
      ]),
      registers: this.#aboutCpus,
      mem: this.#aboutCpus,
      tlb: this.#aboutCpus,
      lapic: this.#aboutCpus,
      kvm: unlessTouched(setup, ['accelerator'], always('kvm support: disabled')),
      opcount: unlessTouched(setup, ['accelerator'], always('[TCG profiler not compiled]')),
      vcpu_dirty_limit: unlessTouched(setup, ['accelerator'], always('Dirty page limit not enabled!')),
    });
  }

  /** A topic about CPUs: none can be shown if there is none, and what one holds is not modelled. */
  readonly #aboutCpus: HmpCommand = (context) =>
    this.#parts.board.bare ? ['No CPU available'] : notModelledLine(context);

  #lines(): string[] {
    const model = this.#parts.rules.cpuModelShown ? ' model=qemu64' : '';
    return Array.from(
      { length: this.#parts.board.cpus },
      (_, index) => `${index === 0 ? '*' : ' '} CPU #${index}: thread_id=${FIRST_THREAD}${model}`,
    );
  }

  /** CPUs are known of a PC whose CPUs nothing but their number was said of. */
  #requireKnown(command: string): void {
    const { board, setup } = this.#parts;
    if (board.family?.cpu !== PC_CPU) notModelled(`${command} of machine ${board.type}`);
    setup.require(command, 'cpus');
  }

  /** A recorded CPU, once for each that the machine has. */
  #each(cpu: QDict): QDict[] {
    return Array.from({ length: this.#parts.board.cpus }, (_, index) => {
      const props = new QDict([...(cpu.get('props') as QDict), ['core-id', index]]);
      return new QDict([...cpu, ['qom-path', cpuPath(index)], ['props', props]]);
    });
  }
}

/** The first CPU is the first device; between it and the others comes its APIC. */
function cpuPath(index: number): string {
  return `/machine/unattached/device[${index === 0 ? 0 : index + 1}]`;
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

function slotLines(slot: QDict): string[] {
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
