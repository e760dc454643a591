import type { QValue } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';

/** The refusal of what only a machine with `hmat=on` takes. */
export const HMAT_OFF =
  'ACPI Heterogeneous Memory Attribute Table (HMAT) is disabled, enable it with -machine hmat=on before using any of hmat specific options';

const MIB = 2n ** 20n;
/** Greatest number that a table's entry can be, plus one. */
const GREATEST = 65_535n;
/** Caches that a memory can have, plus one. */
const LEVELS = 4;

/** The part of a NUMA node that the tables look at. */
interface Node {
  readonly hasCpu: boolean;
}

/** Entries of one kind of memory and of data. */
interface Table {
  readonly pairs: Set<string>;
  base: bigint;
  range: bigint;
}

type Options = ReadonlyMap<string, QValue>;

/** Speeds and caches of memories as `-numa hmat-lb` and `hmat-cache` tell of them (`hw/core/numa.c`). */
export class HmatTables {
  readonly #nodes: ReadonlyMap<number, Node>;
  readonly #tables = new Map<string, Table>();
  /** Kinds of data that are told of a node. */
  readonly #told = new Map<number, Set<string>>();
  /** Sizes of the caches of each node, by level. */
  readonly #caches = new Map<number, Map<number, bigint>>();

  /** @param nodes - The nodes, as far as they are there yet. */
  constructor(nodes: ReadonlyMap<number, Node>) {
    this.#nodes = nodes;
  }

  /** How fast CPUs of one node reach the memory of another. Throws QEMU's refusal. */
  addSpeed(options: Options): void {
    const [initiator, target] = [Number(options.get('initiator')), Number(options.get('target'))];
    const count = this.#nodes.size;
    if (initiator > count) refuse(`Invalid initiator=${initiator}, it should be less than ${count}`);
    if (target > count) refuse(`Invalid target=${target}, it should be less than ${count}`);
    if (this.#nodes.get(initiator)?.hasCpu !== true) {
      refuse(`Invalid initiator=${initiator}, it isn't an initiator proximity domain`);
    }
    if (!this.#nodes.has(target)) refuse(`The target=${target} should point to an existing node`);
    const type = textOf(options, 'data-type');
    const isLatency = type.endsWith('latency');
    const key = `${textOf(options, 'hierarchy')} ${type}`;
    const table = this.#tables.get(key) ?? { pairs: new Set(), base: 0n, range: 0n };
    this.#tables.set(key, table);
    const [own, other] = isLatency
      ? (['latency', 'bandwidth'] as const)
      : (['bandwidth', 'latency'] as const);
    if (!options.has(own)) refuse(`Missing '${own}' option`);
    if (options.has(other)) refuse(`Invalid option '${other}' since the data type is ${own}`);
    const value = BigInt(options.get(own) as number | bigint);
    const pair = `initiator=${initiator} and target=${target}`;
    if (!isLatency && value % MIB !== 0n) {
      refuse(`Bandwidth ${value} between ${pair} should be 1MB aligned`);
    }
    if (table.pairs.has(pair)) refuse(`Duplicate configuration of the ${own} for ${pair}`);
    if (value !== 0n) {
      const fits = isLatency ? fitsLatency(table, value) : fitsBandwidth(table, value);
      if (!fits) {
        const entered = isLatency ? 'previously entered min or max values' : 'previously entered values';
        const what = `${isLatency ? 'Latency' : 'Bandwidth'} ${value}`;
        refuse(`${what} between ${pair} should not differ from ${entered} on more than ${GREATEST - 1n}`);
      }
      const told = this.#told.get(target) ?? new Set();
      this.#told.set(target, told.add(own));
    }
    table.pairs.add(pair);
  }

  /** A cache in front of a node's memory. Throws QEMU's refusal. */
  addCache(options: Options): void {
    const [id, level] = [Number(options.get('node-id')), Number(options.get('level'))];
    const size = BigInt(options.get('size') as number | bigint);
    if (id >= this.#nodes.size) refuse(`Invalid node-id=${id}, it should be less than ${this.#nodes.size}`);
    if (this.#told.get(id)?.size !== 2) {
      refuse(
        `The latency and bandwidth information of node-id=${id} should be provided before memory side cache attributes`,
      );
    }
    if (level < 1 || level >= LEVELS) {
      refuse(`Invalid level=${level}, it should be larger than 0 and less than or equal to ${LEVELS - 1}`);
    }
    const caches = this.#caches.get(id) ?? new Map<number, bigint>();
    this.#caches.set(id, caches);
    if (caches.has(level)) {
      refuse(`Duplicate configuration of the side cache for node-id=${id} and level=${level}`);
    }
    const [below, above] = [caches.get(level - 1), caches.get(level + 1)];
    if (level > 1 && below === undefined) refuse(`Cache level=${level - 1} shall be defined first`);
    const words = `Invalid size=${size}, the size of level=${level} should be`;
    if (below !== undefined && size <= below) {
      refuse(`${words} larger than the size(${below}) of level=${level - 1}`);
    }
    if (above !== undefined && size >= above) {
      refuse(`${words} less than the size(${above}) of level=${level + 1}`);
    }
    caches.set(level, size);
  }
}

function textOf(options: Options, name: string): string {
  const value = options.get(name);
  return typeof value === 'string' ? value : '';
}

function refuse(text: string): never {
  throw genericError(text);
}

/** A latency is written as a multiple of the greatest power of ten that all have in common. */
function fitsLatency(table: Table, value: bigint): boolean {
  let unit = 1n;
  for (let rest = value; rest % 10n === 0n; rest /= 10n) unit *= 10n;
  const base = table.base === 0n ? 2n ** 64n - 1n : table.base;
  const most = value / base > table.range ? value / base : table.range;
  if (most >= GREATEST) return false;
  table.base = unit < base ? unit : base;
  table.range = most;
  return true;
}

/** A bandwidth is written as a multiple of the greatest power of two that all have in common. */
function fitsBandwidth(table: Table, value: bigint): boolean {
  const bits = table.range | value;
  const digits = bits.toString(2);
  const first = digits.length - 1 - digits.lastIndexOf('1');
  const last = digits.length;
  if (last - first > 16 || value >> BigInt(first) >= GREATEST) return false;
  table.base = 1n << BigInt(first);
  table.range = bits;
  return true;
}
