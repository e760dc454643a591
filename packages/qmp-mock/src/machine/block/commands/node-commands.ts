import { QDict } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { commandTable, genericError, textOf, type CommandTable } from '../../command.ts';
import { hmpTable, taking, type HmpTable } from '../../hmp/command.ts';
import { viaQmp } from '../../hmp/via-qmp.ts';
import type { Setup } from '../../setup/setup.ts';
import type { Subsystem } from '../../subsystem.ts';
import type { BlockBackends } from '../backend/backends.ts';
import type { BackendThrottling } from '../backend/throttle-groups.ts';
import type { NodeShapeRules } from '../describe-node.ts';
import type { BlockGraph } from '../graph/block-graph.ts';
import { RESIZE } from '../graph/permission.ts';
import { Reopening } from '../graph/reopening.ts';
import { ImageError } from '../image/byte-file.ts';
import { driveInfo } from '../query/drive-info.ts';
import { driveLines, nodeLines } from '../query/drive-lines.ts';
import { nodeInfo } from '../query/node-info.ts';
import { changeBackingFile } from './backing-name.ts';
import { changeChild } from './quorum-children.ts';

/** Parts of the machine that {@link NodeCommands} needs. */
export interface NodeCommandsParts {
  readonly graph: BlockGraph;
  readonly backends: BlockBackends;
  readonly throttling: BackendThrottling;
  readonly rules: NodeShapeRules;
  readonly setup: Setup;
  /** Sends an event. */
  readonly emit: (event: string, data: Record<string, unknown>) => void;
}

/** Commands on block nodes (`qapi/block-core.json`). */
export class NodeCommands implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: NodeCommandsParts;

  constructor(parts: NodeCommandsParts) {
    this.#parts = parts;
    const { graph, setup, rules, emit } = parts;
    const named = (name: string, refusal: string): ReturnType<BlockGraph['get']> => {
      const node = graph.find(name);
      if (node !== undefined) return node;
      graph.requireAbsent(name);
      throw genericError(refusal);
    };
    this.commands = commandTable({
      'blockdev-add': (args) => void graph.add(args),
      'blockdev-del': (args) => graph.remove(textOf(args, 'node-name')),
      'query-named-block-nodes': (args, call) => {
        setup.require(call.name, 'nodes');
        return graph.list().map((node) => nodeInfo(node, rules, { flat: args.get('flat') === true }));
      },
      'blockdev-reopen': (args) => {
        const all = args.get('options') as QDict[];
        for (const options of all) {
          if (!options.has('node-name')) throw genericError('node-name not specified');
        }
        new Reopening(graph).run(all);
      },
      'blockdev-set-active': (args, call) => {
        const active = args.get('active') === true;
        if (args.has('node-name')) graph.setActive(graph.get(textOf(args, 'node-name')), active);
        else {
          setup.require(call.name, 'nodes');
          graph.setAllActive(active);
        }
      },
      block_resize: (args) => this.#resize(args),
      'change-backing-file': (args) => changeBackingFile(graph, args),
      'x-blockdev-change': (args) => changeChild(graph, args),
      'block-set-write-threshold': (args) => {
        const name = textOf(args, 'node-name');
        const { threshold } = named(name, `Device '${name}' not found`);
        threshold.offset = args.get('write-threshold') as number | bigint;
        threshold.onPassed = (data) => emit('BLOCK_WRITE_THRESHOLD', data);
      },
      'x-blockdev-set-iothread': (args, call) => {
        const name = textOf(args, 'node-name');
        named(name, `Failed to find node with node-name='${name}'`);
        notModelled(`${call.name} on a node`);
      },
    });
  }

  /** `block_resize`, on behalf of a user that may do nothing else. */
  #resize(args: QDict): void {
    const { graph } = this.#parts;
    const node = graph.lookup(textOf(args, 'device'), textOf(args, 'node-name'));
    const size = Number(args.get('size'));
    if (size < 0) throw genericError("Parameter 'size' expects a >0 size");
    node.checkBlocked('resize');
    const user = { describe: () => 'an unnamed block device', backendName: '' };
    const edge = graph.attach(user, node, { name: 'root', permissions: RESIZE });
    try {
      if (node.readOnly) throw genericError('Image is read-only');
      node.resize(size);
    } catch (error) {
      throw error instanceof ImageError ? genericError(error.message) : error;
    } finally {
      graph.detach(edge);
    }
  }

  hmpCommands(): HmpTable {
    return viaQmp('block_resize=block_resize device:device size:size');
  }

  infoTopics(): HmpTable {
    return hmpTable({
      block: taking('-n -v device:device?', (given, context) => {
        const { setup } = this.#parts;
        setup.require(`the human monitor's "${context.line}"`, 'drives', 'nodes');
        const device = given.get('device');
        return this.#block(typeof device === 'string' ? device : undefined, {
          nodes: given.has('n'),
          isVerbose: given.has('v'),
        });
      }),
    });
  }

  /** `info block`: an empty line comes before each but the first of all that there are. */
  #block(
    device: string | undefined,
    { nodes, isVerbose }: { readonly nodes: boolean; readonly isVerbose: boolean },
  ): string[] {
    const { graph, backends, throttling, rules } = this.#parts;
    const lines: string[] = [];
    if (!nodes) {
      for (const [at, backend] of backends.list().entries()) {
        if (device !== undefined && backend.name !== device) continue;
        if (at > 0) lines.push('');
        lines.push(...driveLines(driveInfo(backend, rules, throttling), isVerbose));
      }
    }
    if (!nodes && device === undefined) return lines;
    for (const [at, node] of graph.list().entries()) {
      if (device !== undefined && node.name !== device) continue;
      if (at > 0) lines.push('');
      lines.push(...nodeLines(nodeInfo(node, rules), isVerbose));
    }
    return lines;
  }
}
