import type { CpuSlots } from '../cpu/cpu-slots.ts';
import type { Board } from '../setup/board.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import { hmpTable, notModelledLine, type HmpTable } from '../hmp/command.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { NumaNodes } from './numa-nodes.ts';

const MIB = 1024 * 1024;

/** Parts of the machine that {@link Numa} needs. */
export interface NumaParts {
  readonly board: Board;
  readonly setup: Setup;
  /** The nodes; refusals of what the command line says of them have been told before. */
  readonly nodes: () => NumaNodes;
  readonly slots: () => CpuSlots;
  /** Memory that devices add to a node, in bytes. */
  readonly pluggedOn: (node: number) => number;
}

/** NUMA nodes: those of the command line, and those that are asked for before the machine is made. */
export class Numa implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: NumaParts;

  constructor(parts: NumaParts) {
    this.#parts = parts;
    this.commands = commandTable({
      'set-numa-node': (args) => {
        if (parts.board.made) {
          throw genericError('The command is permitted only before the machine has been created');
        }
        parts.nodes().add(args);
      },
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({
      numa: (context) => (this.#parts.setup.isInDoubt('memory') ? notModelledLine(context) : this.#lines()),
    });
  }

  #lines(): readonly string[] {
    const { nodes, slots, pluggedOn } = this.#parts;
    const { all } = nodes();
    const cpus = slots().present;
    return [
      `${all.size} nodes`,
      ...[...all.keys()]
        .toSorted((a, b) => a - b)
        .flatMap((id) => {
          const plugged = pluggedOn(id);
          const indices = cpus.filter(({ node }) => node === id).map(({ index }) => ` ${index}`);
          const size = ((all.get(id)?.memory ?? 0) + plugged) / MIB;
          return [
            `node ${id} cpus:${indices.join('')}`,
            `node ${id} size: ${Math.trunc(size)} MB`,
            `node ${id} plugged: ${Math.trunc(plugged / MIB)} MB`,
          ];
        }),
    ];
  }
}
