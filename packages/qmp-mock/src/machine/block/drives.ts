import { commandTable, textOf, type CommandTable } from '../command.ts';
import { QDict } from '../../engine/json/value.ts';
import type { HmpArguments } from '../hmp/arguments.ts';
import {
  complaintsOf,
  hmpTable,
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
import { limitCommands } from './commands/limits.ts';
import { Media } from './commands/media.ts';
import type { DriveLookup } from './backend/drive-lookup.ts';
import type { BlockBackends } from './backend/backends.ts';
import type { NodeShapeRules } from './describe-node.ts';
import type { BlockGraph } from './graph/block-graph.ts';
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
    const { rules, setup, backends, graph } = this.#parts;
    const noDrive = (
      { line }: HmpContext,
      id: unknown,
      prefix: string = rules.driveErrorPrefix,
    ): readonly string[] => {
      const name = String(id);
      if (backends.find(name) !== undefined || setup.mayName(name, 'drives', 'nodes'))
        notModelled(`the human monitor's "${line}" on ${name}`);
      return [`${prefix}Device '${name}' not found`];
    };
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
        commit: taking('device:device', (given, context) => {
          if (given.get('device') !== 'all') return noDrive(context, given.get('device'));
          setup.require(`the human monitor's "commit all"`, 'drives', 'nodes');
          if (backends.list().length > 0) notModelled(`the human monitor's "${context.line}"`);
          return [];
        }),
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
}

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
