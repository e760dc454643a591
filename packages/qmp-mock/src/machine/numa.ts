import type { QDict } from '../engine/json/value.ts';
import { memoryOf } from './commands/status.ts';
import type { Machine } from './machine.ts';

/** NUMA nodes that were asked for before the machine is made. */
export class Numa {
  readonly #machine: Machine;
  /** Memory of each node, in bytes. */
  readonly #nodes: number[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** `set-numa-node`. */
  add(options: QDict): void {
    if (options.get('type') === 'node') this.#nodes.push(Number(options.get('mem') ?? 0));
  }

  /** Why no machine can be made of the nodes, or `undefined` where one can. */
  fault(): string | undefined {
    if (this.#nodes.length === 0) return undefined;
    const total = this.#nodes.reduce((sum, size) => sum + size, 0);
    const memory = memoryOf(this.#machine);
    if (total === memory) return undefined;
    return `total memory for NUMA nodes (${hex(total)}) should equal RAM size (${hex(memory)})`;
  }
}

const hex = (size: number): string => `0x${size.toString(16)}`;
