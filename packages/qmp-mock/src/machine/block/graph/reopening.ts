import { printCompact } from '../../../engine/json/printer.ts';
import { QDict, type QValue } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError, textOf } from '../../command.ts';
import type { BlockGraph } from './block-graph.ts';
import { inheritedOptions, stateOf, withDefaults } from './node-options.ts';
import { keepBitmaps } from './reopen.ts';
import type { BlockNode } from './node.ts';

/** Options of every node that may change while it is open. */
const FREE = new Set(['node-name', 'read-only', 'auto-read-only', 'cache', 'discard', 'detect-zeroes']);
/** Options of drivers that say where their data is. */
const FIXED = new Set(['driver', 'filename', 'force-share', 'read-zeroes', 'latency-ns', 'vote-threshold']);

/** Changes to be made together: each is taken back if a later one is refused. */
export class Reopening {
  readonly #graph: BlockGraph;
  readonly #undo: (() => void)[] = [];
  readonly #changed = new Set<BlockNode>();

  constructor(graph: BlockGraph) {
    this.#graph = graph;
  }

  /** Opens nodes again with other options (`blockdev-reopen`). Throws QEMU's refusal. */
  run(all: readonly QDict[]): void {
    try {
      const nodes = all.map((options) => {
        const node = this.#graph.get(textOf(options, 'node-name'));
        this.#change(node, options);
        return node;
      });
      this.#graph.refreshPermissions(...nodes);
    } catch (error) {
      for (const undo of this.#undo.toReversed()) undo();
      throw error;
    } finally {
      for (const node of this.#changed) node.wasWritable = false;
    }
  }

  #change(node: BlockNode, options: QDict): void {
    const { behaviour } = node;
    for (const name of node.options.keys()) {
      if (name === 'driver' || !isFixed(node, name) || options.has(name)) continue;
      throw genericError(`Option '${name}' cannot be reset to its default value`);
    }
    for (const [name, value] of options) {
      if (FREE.has(name) || name === 'throttle-group') continue;
      if (name === 'file' || name === 'backing') this.#changeChild(node, name, options, value);
      else if (!isEqual(value, name === 'driver' ? node.driver : node.options.get(name))) {
        if (!isFixed(node, name)) notModelled(`another ${name} of an open node`);
        throw genericError(`Cannot change the option '${name}'`);
      }
    }
    const group = options.get('throttle-group');
    if (typeof group === 'string') {
      const before = behaviour.throttleGroup;
      behaviour.changeGroup?.(group);
      this.#undo.push(() => before !== undefined && behaviour.changeGroup?.(before));
    }
    const before = { ...node.state };
    node.wasWritable = !before.readOnly;
    this.#changed.add(node);
    const state = stateOf(options);
    const oldOptions = new Map(node.options);
    this.#undo.push(() => {
      Object.assign(node.state, before);
      node.options.clear();
      for (const [name, value] of oldOptions) node.options.set(name, value);
    });
    if (!before.readOnly && state.readOnly) keepBitmaps(node, true);
    if (before.readOnly && !state.readOnly) behaviour.reopen?.(false);
    Object.assign(node.state, state);
    if (before.readOnly && !state.readOnly) keepBitmaps(node, false);
    node.options.clear();
    for (const [name, value] of options) node.options.set(name, value);
  }

  /** A child is the same as before, is another node, or has other options itself. */
  #changeChild(node: BlockNode, name: 'file' | 'backing', options: QDict, value: QValue): void {
    const edge = node.children.find((one) => one.name === name);
    if (value instanceof QDict) {
      if (edge === undefined) notModelled(`a new ${name} for an open node`);
      this.#change(edge.node, withDefaults(value, inheritedOptions(options, name)));
      return;
    }
    const wanted = typeof value === 'string' && value !== '' ? this.#graph.lookup(value, value) : undefined;
    if (wanted === edge?.node) return;
    if (name === 'file' && wanted !== undefined && edge !== undefined) {
      const before = edge.node;
      this.#graph.hold(before);
      this.#graph.moveEdge(edge, wanted);
      this.#undo.push(() => this.#graph.moveEdge(edge, before));
      return;
    }
    const before = node.backing;
    if (before !== undefined) this.#graph.hold(before);
    this.#graph.setBacking(node, wanted);
    this.#undo.push(() => this.#graph.setBacking(node, before));
  }
}

function isEqual(one: QValue, other: QValue | undefined): boolean {
  return other !== undefined && printCompact(one) === printCompact(other);
}

/** Whether an option of an open node stays as it is (`bdrv_reset_options_allowed` in `block.c`). */
const isFixed = (node: BlockNode, name: string): boolean =>
  FIXED.has(name) || (name === 'size' && node.driver.startsWith('null-'));
