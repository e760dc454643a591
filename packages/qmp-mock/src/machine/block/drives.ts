import {
  commandTable,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../command.ts';
import {
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
import type { BlockBackends } from './backend/backends.ts';
import type { NodeShapeRules } from './describe-node.ts';
import type { BlockGraph } from './graph/block-graph.ts';
import { backendStats, nodeStats, type StatsRules } from './query/block-stats.ts';
import { driveInfo } from './query/drive-info.ts';

const VIRTIO_DISK = /^(virtio|vhost-user)-blk-pci/;
const NO_VMSTATE = 'no block device can store vmstate for snapshot';

/** Parts of the machine that {@link Drives} needs. */
export interface DrivesParts {
  readonly rules: Pick<MachineRules, 'driveErrorPrefix' | 'notADevice'> & NodeShapeRules & StatsRules;
  readonly setup: Setup;
  readonly graph: BlockGraph;
  readonly backends: BlockBackends;
  /** Whether there is an object of that path. */
  readonly hasObject: (path: string) => boolean;
  /** The model of the device of that id, if there is one. */
  readonly modelOf: (id: string) => string | undefined;
  /** Whether devices of a model have a drive behind them. */
  readonly hasDrive: (model: string) => boolean;
  /** The human monitor's `change vnc`. */
  readonly changeVnc: (what: string, password: string | undefined, context: HmpContext) => HmpOutput;
}

/** Drives as a guest sees them: trays, media, limits, snapshots of the whole machine. There is none. */
export class Drives implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: DrivesParts;

  constructor(parts: DrivesParts) {
    this.#parts = parts;
    const onDrive: MachineCommand = (args, call) => {
      if (args.has('device') === args.has('id')) {
        throw genericError("Need exactly one of 'device' and 'id'");
      }
      if (args.has('id')) return this.#refuseDevice(textOf(args, 'id'), call.name);
      return this.#refuseDrive(textOf(args, 'device'), call.name);
    };
    this.commands = commandTable({
      'query-block': (_args, call) => {
        parts.setup.require(call.name, 'drives');
        return parts.backends.list().map((backend) => driveInfo(backend, parts.rules));
      },
      'query-blockstats': (args, call) => {
        if (args.get('query-nodes') !== true) {
          parts.setup.require(call.name, 'drives');
          return parts.backends.list().map((backend) => backendStats(backend, parts.rules));
        }
        parts.setup.require(call.name, 'drives', 'nodes');
        return parts.graph
          .list()
          .toReversed()
          .map((node) => nodeStats(node, parts.rules));
      },
      'block-latency-histogram-set': (args, call) => this.#refuseDevice(textOf(args, 'id'), call.name),
      'blockdev-open-tray': onDrive,
      'blockdev-close-tray': onDrive,
      'blockdev-remove-medium': onDrive,
      'blockdev-insert-medium': onDrive,
      'blockdev-change-medium': onDrive,
      eject: onDrive,
      block_set_io_throttle: onDrive,
    });
  }

  #refuseDrive(name: string, what: string): never {
    const { setup, backends } = this.#parts;
    if (backends.find(name) !== undefined || setup.mayName(name, 'drives')) {
      notModelled(`${what} on the drive ${name}`);
    }
    throw deviceNotFound(name);
  }

  /** Drives can be named by the device in front of them, too: by its id, or by a path. */
  #refuseDevice(id: string, what: string): never {
    const { setup, hasObject, rules, modelOf, hasDrive } = this.#parts;
    const model = modelOf(id);
    // The disk of a PCI device is a part of it.
    if (model !== undefined && (VIRTIO_DISK.test(model) || !hasDrive(model))) {
      throw genericError('Device does not have a block device backend');
    }
    if (model !== undefined || setup.mayName(id, 'devices')) notModelled(`${what} on the device ${id}`);
    if (id === '' || (id.startsWith('/') && hasObject(id))) {
      throw genericError(rules.notADevice.replace('%', () => id));
    }
    throw deviceNotFound(id);
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
    const noVmState = unlessTouched(setup, ['drives', 'nodes'], ({ line }) => {
      if (backends.named().length > 0 || graph.list().length > 0)
        notModelled(`the human monitor's "${line}"`);
      return [`Error: ${NO_VMSTATE}`];
    });
    return new Map([
      ...viaQmp(`
        eject=eject -f device:device
        block_set_io_throttle=block_set_io_throttle device:device bps:number bps_rd:number bps_wr:number iops:number iops_rd:number iops_wr:number
      `),
      ...hmpTable({
        drive_del: taking('id:device', (given, context) => noDrive(context, given.get('id'))),
        commit: taking('device:device', (given, context) => {
          if (given.get('device') !== 'all') return noDrive(context, given.get('device'));
          setup.require(`the human monitor's "commit all"`, 'drives', 'nodes');
          if (backends.list().length > 0) notModelled(`the human monitor's "${context.line}"`);
          return [];
        }),
        change: taking('-f device:device target:file arg:string?', (given, context) => {
          const arg = given.get('arg');
          if (given.get('device') !== 'vnc') return noDrive(context, given.get('device'), 'Error: ');
          return this.#parts.changeVnc(String(given.get('target')), arg?.toString(), context);
        }),
        savevm: taking('name:string?', (_given, context) => noVmState(context)),
      }),
    ]);
  }
}
