import { encodeUtf8 } from '../../engine/bytes.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { commandTable, genericError, textOf, type CommandTable, type MachineCommand } from '../command.ts';
import type { BlockGraph } from './graph/block-graph.ts';

/** A record of the parts of a node that were written. Nobody writes here, so that it has none. */
interface DirtyBitmap {
  readonly granularity: QValue;
  /** Whether it takes note of writes. */
  readonly recording: boolean;
}

/** Longest name, in bytes. */
const NAME_LIMIT = 1023;
/** Granularity in bytes of a node without clusters. */
const DEFAULT_GRANULARITY = 65_536;
const LEAST_GRANULARITY = 512n;

/** Dirty bitmaps of block nodes (`block/monitor/bitmap-qmp-cmds.c`). */
export class DirtyBitmaps {
  /** By node, then by name, oldest first. */
  #bitmaps = new Map<string, Map<string, DirtyBitmap>>();
  readonly #graph: BlockGraph;
  readonly #requireAbsent: (node: string, command: string) => void;
  /** Bitmaps that a transaction has taken away, which are there until it is over. */
  #leaving: Set<DirtyBitmap> | undefined;

  /**
   * @param requireAbsent - Says "not modelled" if a node that the graph doesn't have may be there
   *   nevertheless.
   */
  constructor(graph: BlockGraph, requireAbsent: (node: string, command: string) => void) {
    this.#graph = graph;
    this.#requireAbsent = requireAbsent;
  }

  /** Their commands; a transaction's actions are the same. */
  get commands(): CommandTable {
    const onOne =
      (run: (bitmaps: Map<string, DirtyBitmap>, name: string, bitmap: DirtyBitmap) => void): MachineCommand =>
      (args, call) => {
        const name = textOf(args, 'name');
        const bitmap = this.#find(textOf(args, 'node'), name, call.name);
        run(this.#of(textOf(args, 'node')), name, bitmap);
      };
    return commandTable({
      'block-dirty-bitmap-add': (args) => this.#add(args),
      'block-dirty-bitmap-remove': onOne((bitmaps, name, bitmap) => {
        if (this.#leaving === undefined) bitmaps.delete(name);
        else this.#leaving.add(bitmap);
      }),
      'block-dirty-bitmap-clear': onOne(() => {}),
      'block-dirty-bitmap-enable': onOne((bitmaps, name, bitmap) =>
        bitmaps.set(name, { ...bitmap, recording: true }),
      ),
      'block-dirty-bitmap-disable': onOne((bitmaps, name, bitmap) =>
        bitmaps.set(name, { ...bitmap, recording: false }),
      ),
      'block-dirty-bitmap-merge': (args, call) => this.#merge(args, call.name),
    });
  }

  /** Runs what changes several, all or none. */
  atomically(run: () => void): void {
    const before = new Map([...this.#bitmaps].map(([node, bitmaps]) => [node, new Map(bitmaps)]));
    this.#leaving = new Set();
    try {
      run();
      for (const bitmaps of this.#bitmaps.values()) {
        for (const [name, bitmap] of bitmaps) if (this.#leaving.has(bitmap)) bitmaps.delete(name);
      }
    } catch (error) {
      this.#bitmaps = before;
      throw error;
    } finally {
      this.#leaving = undefined;
    }
  }

  /** As `query-named-block-nodes` shows them, or `undefined` if the node has none. */
  describe(node: string): Record<string, unknown>[] | undefined {
    const bitmaps = [...this.#of(node)];
    if (bitmaps.length === 0) return undefined;
    return bitmaps.toReversed().map(([name, { granularity, recording }]) => ({
      name,
      recording,
      persistent: false,
      busy: false,
      granularity,
      count: 0,
    }));
  }

  /** A node is gone, and its bitmaps with it. */
  forget(node: string): void {
    this.#bitmaps.delete(node);
  }

  #of(node: string): Map<string, DirtyBitmap> {
    let bitmaps = this.#bitmaps.get(node);
    if (bitmaps === undefined) {
      bitmaps = new Map();
      this.#bitmaps.set(node, bitmaps);
    }
    return bitmaps;
  }

  #find(node: string, name: string, command: string): DirtyBitmap {
    if (!this.#graph.has(node)) {
      this.#requireAbsent(node, command);
      throw genericError(`Node '${node}' not found`);
    }
    const bitmap = this.#of(node).get(name);
    if (bitmap === undefined) throw genericError(`Dirty bitmap '${name}' not found`);
    if (this.#leaving?.has(bitmap) === true) notModelled('a bitmap that the same transaction removes');
    return bitmap;
  }

  #add(args: QDict): void {
    const [node, name] = [textOf(args, 'node'), textOf(args, 'name')];
    if (name === '') throw genericError('Bitmap name cannot be empty');
    const { readOnly } = this.#graph.lookup(node, node);
    const granularity = args.get('granularity');
    if (granularity !== undefined && !isGranularity(BigInt(granularity as number | bigint))) {
      throw genericError('Granularity must be power of 2 and at least 512');
    }
    if (args.get('persistent') === true) {
      if (readOnly) notModelled('a persistent bitmap on a node that is read only');
      throw genericError(`Can't store persistent bitmaps to ${node}: Operation not supported`);
    }
    if (this.#of(node).has(name)) throw genericError(`Bitmap already exists: ${name}`);
    if (encodeUtf8(name).length > NAME_LIMIT) throw genericError(`Bitmap name too long: ${name}`);
    const recording = args.get('disabled') !== true;
    this.#of(node).set(name, { granularity: granularity ?? DEFAULT_GRANULARITY, recording });
  }

  #merge(args: QDict, command: string): void {
    const node = textOf(args, 'node');
    this.#find(node, textOf(args, 'target'), command);
    const sources = args.get('bitmaps') as QValue[];
    // Some versions crash.
    if (sources.length === 0) notModelled('a merge of no bitmaps');
    for (const source of sources) {
      if (typeof source === 'string') {
        this.#find(node, source, command);
      } else if (source instanceof QDict) {
        const other = textOf(source, 'node');
        this.#find(other, textOf(source, 'name'), command);
        if (this.#graph.get(other).size !== this.#graph.get(node).size) {
          notModelled('a merge of bitmaps of different sizes');
        }
      }
    }
  }
}

function isGranularity(size: bigint): boolean {
  return size >= LEAST_GRANULARITY && (size & (size - 1n)) === 0n;
}
