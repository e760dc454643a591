import type { Clock } from '../../engine/clock.ts';
import type { QDict } from '../../engine/json/value.ts';
import type { Board } from '../setup/board.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import {
  always,
  hmpTable,
  notModelledLine,
  onlyUsage,
  taking,
  unlessTouched,
  type HmpTable,
} from '../hmp/command.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';

/** How much of the guest's memory is copied in one millisecond, in bytes. */
const BYTES_PER_MS = 32 * 1024 * 1024;

/** A file that keeps nothing. */
const NOWHERE = '/dev/null';
/** First address of a PC that isn't memory, in bytes. */
const BELOW_FIRMWARE = 0xa_00_00;

/** Parts of the machine that {@link GuestMemory} needs. */
export interface GuestMemoryParts {
  readonly board: Board;
  readonly rules: Pick<MachineRules, 'dumpCreate' | 'dumpProtocol' | 'dumpLength'>;
  readonly setup: Setup;
  readonly clock: Clock;
  /** Reason why a file could not be written, or `undefined` if it could. */
  readonly whyNotWritable: (path: string) => string | undefined;
  /** Writes a file; left out if the program can't. */
  readonly writeFile: ((path: string, bytes: Uint8Array) => void) | undefined;
  /** Whether there is a CPU with that number. */
  readonly hasCpu: (index: number) => boolean;
  /** Whether the guest has run. */
  readonly hasRun: () => boolean;
  /** Whether something was put into the memory before. */
  readonly isLoaded: () => boolean;
  /** Whether a descriptor with that name was passed. */
  readonly hasDescriptor: (name: string) => boolean;
  /** An idle machine's answer to `query-dump`. */
  readonly dumpStatus: () => unknown;
}

/** The guest's memory (`qapi/machine.json`, `qapi/dump.json`). Its contents are not part of the mock. */
export class GuestMemory implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: GuestMemoryParts;

  constructor(parts: GuestMemoryParts) {
    this.#parts = parts;
    this.commands = commandTable({
      pmemsave: (args, call) => this.#copied(args, call.name),
      memsave: (args, call) => {
        const cpu = Number(args.get('cpu-index') ?? 0);
        if (!parts.hasCpu(cpu)) throw genericError("Parameter 'cpu-index' expects a CPU number");
        if ((args.get('size') as number) < 0) {
          const address = BigInt(args.get('val') as number)
            .toString(16)
            .padStart(16, '0');
          const size = BigInt.asUintN(64, BigInt(args.get('size') as number));
          throw genericError(`Invalid addr 0x${address}/size ${size} specified`);
        }
        return this.#copied(args, call.name);
      },
      'dump-guest-memory': (args) => this.#dump(args),
      'query-dump': (_args, call) => {
        parts.setup.require(call.name, 'dump');
        return parts.dumpStatus();
      },
    });
  }

  hmpCommands(): HmpTable {
    const parts = this.#parts;
    return hmpTable({
      sum: taking('start:number size:number', (_given, context) =>
        parts.hasRun() || parts.isLoaded() ? notModelledLine(context) : ['00000'],
      ),
      memsave: onlyUsage('val:number size:integer filename:string'),
      pmemsave: onlyUsage('val:number size:integer filename:string'),
      'dump-guest-memory': onlyUsage('-p -d -z -l -s -w -R filename:file begin:number? length:number?'),
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({ dump: unlessTouched(this.#parts.setup, ['dump'], always('Status: none')) });
  }

  /**
   * Answers when a copy of that size would be done; a command that takes its time lets others overtake it.
   */
  #copied(args: QDict, what: string): Promise<object> | object {
    const path = args.get('filename') as string;
    const refusal = this.#fileRefusal(path, "Could not open '%'");
    if (refusal !== undefined) throw genericError(refusal);
    if (path !== NOWHERE) this.#writeZeros(path, args, what);
    const ms = Number(args.get('size')) / BYTES_PER_MS;
    if (!(ms >= 1)) return {};
    return new Promise((resolve) => {
      const waiting = { kind: 'reply', what: () => 'to memsave or pmemsave, when the copy is done' } as const;
      this.#parts.clock.after(ms, () => resolve({}), waiting);
    });
  }

  /**
   * Writes a part of the memory, if that is known: it is empty until the guest runs, but for where firmware
   * is.
   */
  #writeZeros(path: string, args: QDict, what: string): void {
    const { writeFile, hasRun, board, isLoaded } = this.#parts;
    const [from, size] = [Number(args.get('val')), Number(args.get('size'))];
    const isEmpty = !hasRun() && !isLoaded() && from >= 0 && size >= 0;
    if (writeFile === undefined || !isEmpty || from + size > Math.min(board.memory, BELOW_FIRMWARE)) {
      notModelled(`${what} of memory that isn't known`);
    }
    writeFile(path, new Uint8Array(size));
  }

  /** The refusal of a file that cannot be made. */
  #fileRefusal(path: string, text: string): string | undefined {
    const reason = this.#parts.whyNotWritable(path);
    return reason === undefined ? undefined : `${text.replace('%', () => path)}: ${reason}`;
  }

  #dump(args: QDict): never {
    const refusal = this.#dumpRefusal(args);
    if (refusal !== undefined) throw genericError(refusal);
    return notModelled("a dump of the guest's memory");
  }

  /** QEMU's checks of `dump-guest-memory`, in its order. */
  #dumpRefusal(args: QDict): string | undefined {
    const protocol = args.get('protocol') as string;
    const format = (args.get('format') as string | undefined) ?? 'elf';
    const { rules, board } = this.#parts;
    if (format !== 'elf' && (args.get('paging') === true || args.has('begin') || args.has('length'))) {
      return "kdump-compressed format doesn't support paging or filter";
    }
    if (args.has('begin') && !args.has('length')) return "Parameter 'length' is missing";
    if (!args.has('begin') && args.has('length')) return "Parameter 'begin' is missing";
    if (protocol.startsWith('fd:')) {
      const name = protocol.slice('fd:'.length);
      if (!this.#parts.hasDescriptor(name)) return `File descriptor named '${name}' has not been found`;
    } else if (protocol.startsWith('file:')) {
      const refusal = this.#fileRefusal(protocol.slice('file:'.length), rules.dumpCreate);
      if (refusal !== undefined) return refusal;
    } else {
      return rules.dumpProtocol;
    }
    if (board.bare) return 'dump: no guest memory to dump';
    return args.get('length') === 0 ? rules.dumpLength : undefined;
  }
}
