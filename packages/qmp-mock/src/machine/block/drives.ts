import { commandTable, genericError, textOf, type CommandTable } from '../command.ts';
import { QDict } from '../../engine/json/value.ts';
import type { HmpArguments } from '../hmp/arguments.ts';
import {
  complaintsOf,
  hmpTable,
  notModelledLine,
  taking,
  unlessTouched,
  type HmpContext,
  type HmpOutput,
  type HmpTable,
} from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { ColdBlocks } from './cold-blocks.ts';
import type { HotDrives } from './cold-drive.ts';
import { commitAtOnce } from './commands/commit-line.ts';
import { limitCommands } from './commands/limits.ts';
import { Media } from './commands/media.ts';
import type { DriveLookup } from './backend/drive-lookup.ts';
import type { BlockBackends } from './backend/backends.ts';
import type { NodeShapeRules } from './describe-node.ts';
import type { BlockGraph } from './graph/block-graph.ts';
import type { BlockNode } from './graph/node.ts';
import { backendStats, nodeStats, type StatsRules } from './query/block-stats.ts';
import { statsLines } from './query/stats-lines.ts';
import { driveInfo } from './query/drive-info.ts';

/** Parts of the machine that {@link Drives} needs. */
export interface DrivesParts {
  readonly rules: Pick<MachineRules, 'driveErrorPrefix' | 'blockStatsTable' | 'newestExportEndsFirst'> &
    NodeShapeRules &
    StatsRules;
  readonly setup: Setup;
  readonly graph: BlockGraph;
  readonly backends: BlockBackends;
  readonly lookup: DriveLookup;
  readonly blocks: Pick<ColdBlocks, 'addHotDrive'>;
  readonly hotDrives: HotDrives | undefined;
  /** Whether there is a throttle group of that id among the objects. */
  readonly isThrottleGroup: (id: string) => boolean;
  /** Sends an event. */
  readonly emit: (event: string, data: Record<string, unknown>) => void;
  /** The human monitor's `change vnc`. */
  readonly changeVnc: (what: string, password: string | undefined, context: HmpContext) => HmpOutput;
}

/** Drives as a guest sees them: their state, their media, their limits. */
export class Drives implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: DrivesParts;

  constructor(parts: DrivesParts) {
    this.#parts = parts;
    const { backends, graph, rules, setup, lookup, emit } = parts;
    const own = commandTable({
      'query-block': (_args, call) => {
        setup.require(call.name, 'drives');
        return backends.list().map((backend) => driveInfo(backend, rules, backends.throttling));
      },
      'query-blockstats': (args, call) => {
        if (args.get('query-nodes') !== true) {
          setup.require(call.name, 'drives');
          return backends.list().map((backend) => backendStats(backend, rules));
        }
        setup.require(call.name, 'drives', 'nodes');
        return graph
          .list()
          .toReversed()
          .map((node) => nodeStats(node, rules));
      },
      'block-latency-histogram-set': (args, call) => {
        lookup.byDevice(textOf(args, 'id'), call.name);
        notModelled(`${call.name} on a drive`);
      },
    });
    this.commands = new Map([
      ...own,
      ...new Media({ graph, lookup, emit, rules }).commands,
      ...limitCommands(lookup, backends.throttling, parts.isThrottleGroup),
    ]);
  }

  infoTopics(): HmpTable {
    const { setup, backends, rules } = this.#parts;
    return hmpTable({
      blockstats: unlessTouched(setup, ['drives'], () => statsLines(backends.list(), rules.blockStatsTable)),
    });
  }

  hmpCommands(): HmpTable {
    const { rules, backends, graph } = this.#parts;
    const noDrive = (context: HmpContext, id: string): readonly string[] => this.#noDrive(context, id);
    return new Map([
      ...viaQmp(`
                block_set_io_throttle=block_set_io_throttle device:device bps:number bps_rd:number bps_wr:number iops:number iops_rd:number iops_wr:number
      `),
      ...hmpTable({
        eject: taking('-f device:device', (given, context) =>
          complaintsOf(() =>
            context.qmp(
              'eject',
              new QDict([
                ['device', String(given.get('device'))],
                ['force', given.has('f')],
              ]),
            ),
          ),
        ),
        drive_del: taking('id:device', (given, context) => {
          const id = String(given.get('id'));
          const prefix = rules.driveErrorPrefix;
          if (graph.find(id) !== undefined) return complaintsOf(() => graph.remove(id), prefix);
          const backend = backends.find(id);
          if (backend === undefined) return noDrive(context, id);
          return complaintsOf(() => {
            backend.node?.checkBlocked('drive-del');
            backend.remove();
            backends.forget(backend);
          }, prefix);
        }),
        commit: taking('device:device', (given, context) =>
          this.#commit(String(given.get('device')), context),
        ),
        drive_add: taking('-n pci_addr:string opts:string', (given, context) =>
          this.#add(String(given.get('opts')), given.get('n') === true, context),
        ),
        change: taking('-f device:device target:file arg:string? mode:string?', (given, context) => {
          const arg = given.get('arg');
          if (given.get('device') === 'vnc') {
            return this.#parts.changeVnc(String(given.get('target')), arg?.toString(), context);
          }
          return changeMedium(given, context);
        }),
      }),
    ]);
  }

  /** QEMU's refusal of a drive that isn't there. */
  #noDrive({ line }: HmpContext, name: string): readonly string[] {
    const { rules, setup, backends } = this.#parts;
    if (backends.find(name) !== undefined || setup.mayName(name, 'drives', 'nodes'))
      notModelled(`the human monitor's "${line}" on ${name}`);
    return [`${rules.driveErrorPrefix}Device '${name}' not found`];
  }

  /** `commit`: one drive, or all that have something to commit. */
  #commit(device: string, context: HmpContext): readonly string[] {
    const { rules, setup, backends, graph } = this.#parts;
    const prefix = rules.driveErrorPrefix;
    let nodes: BlockNode[] = [];
    if (device === 'all') {
      setup.require(`the human monitor's "commit all"`, 'drives', 'nodes');
      nodes = backends
        .list()
        .flatMap(({ node }) => (node?.skippingFilters.backing === undefined ? [] : [node.skippingFilters]));
    } else {
      const backend = backends.find(device);
      if (backend === undefined) return this.#noDrive(context, device);
      if (backend.node === undefined || backend.trayOpen)
        return [`${prefix}Device '${device}' has no medium`];
      nodes = [backend.node.skippingImplicit];
    }
    for (const node of nodes) {
      const fault = commitAtOnce(graph, node);
      if (fault === undefined) continue;
      const said = fault.said === undefined ? [] : [fault.said];
      return [...said, `${prefix}'commit' error for '${device}': ${fault.error}`];
    }
    return [];
  }

  /** `drive_add`: a drive for a device that comes later, or with `-n` a node. */
  #add(options: string, isNode: boolean, context: HmpContext): readonly string[] {
    const { rules, backends, graph, blocks, hotDrives, setup } = this.#parts;
    const prefix = rules.driveErrorPrefix;
    if (hotDrives === undefined || setup.isInDoubt('drives')) return notModelledLine(context);
    if (isNode) {
      return complaintsOf(() => {
        const node = hotDrives.node(options);
        if (!node.has('node-name')) throw genericError("'node-name' needs to be specified");
        graph.add(node);
      }, prefix);
    }
    const [, given] = /(?:^|,)id=([^,]*)/.exec(options) ?? [];
    if (given !== undefined && backends.find(given) !== undefined)
      return [`Duplicate ID '${given}' for drive`];
    let bus = 'none';
    const complaints = complaintsOf(() => {
      const drive = hotDrives.drive(options, (id) => backends.find(id) !== undefined);
      if (graph.has(drive.id))
        throw genericError(`Device name '${drive.id}' conflicts with an existing node name`);
      blocks.addHotDrive(drive);
      ({ bus } = drive);
    }, prefix);
    if (complaints.length > 0) return complaints;
    return [bus === 'none' ? 'OK' : `${prefix}Can't hot-add drive to type ${CONTROLLERS.indexOf(bus)}`];
  }
}

/** Kinds of controllers by their numbers (`BlockInterfaceType`). */
const CONTROLLERS = ['none', 'ide', 'scsi', 'floppy', 'pflash', 'mtd', 'sd', 'virtio', 'xen'];

const MODES = new Set(['retain', 'read-only', 'read-write']);

/** `change DEVICE FILE [FORMAT [MODE]]`. */
function changeMedium(given: HmpArguments, context: HmpContext): readonly string[] {
  const [format, mode] = [given.get('arg'), given.get('mode')];
  if (mode !== undefined && !MODES.has(String(mode)))
    return [`Error: invalid parameter value: ${String(mode)}`];
  const args = new QDict([
    ['device', String(given.get('device'))],
    ['filename', String(given.get('target'))],
    ...(given.has('f') ? [['force', true] as const] : []),
    ...(format === undefined ? [] : [['format', String(format)] as const]),
    ...(mode === undefined ? [] : [['read-only-mode', String(mode)] as const]),
  ]);
  return complaintsOf(() => context.qmp('blockdev-change-medium', args));
}
