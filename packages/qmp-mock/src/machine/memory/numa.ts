import type { QDict } from '../../engine/json/value.ts';
import type { Board } from '../setup/board.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import { always, hmpTable, unlessTouched, type HmpTable } from '../hmp/command.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';

/** NUMA nodes that are asked for before the machine is made. */
export class Numa implements Subsystem {
  readonly commands: CommandTable;
  readonly #board: Board;
  readonly #setup: Setup;
  /** Memory of each node, in bytes. */
  readonly #nodes: number[] = [];

  constructor(board: Board, setup: Setup) {
    this.#setup = setup;
    this.#board = board;
    this.commands = commandTable({
      'set-numa-node': (args) => {
        if (board.made) {
          throw genericError('The command is permitted only before the machine has been created');
        }
        this.#add(args);
      },
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({ numa: unlessTouched(this.#setup, ['numa'], always('0 nodes')) });
  }

  #add(options: QDict): void {
    if (options.get('type') === 'node') this.#nodes.push(Number(options.get('mem') ?? 0));
  }

  /** Reason why no machine can be made of the nodes, or `undefined` if one can. */
  fault(): string | undefined {
    if (this.#nodes.length === 0) return undefined;
    const total = this.#nodes.reduce((sum, size) => sum + size, 0);
    const { memory } = this.#board;
    if (total === memory) return undefined;
    return `total memory for NUMA nodes (${hex(total)}) should equal RAM size (${hex(memory)})`;
  }
}

const hex = (size: number): string => `0x${size.toString(16)}`;
