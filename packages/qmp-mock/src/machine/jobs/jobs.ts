import {
  commandTable,
  deviceNotActive,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../command.ts';
import { always, hmpTable, unlessTouched, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';

/** The nodes that jobs work on. */
export interface NodeLookup {
  /** Finds a node by the name of either a device or a node; throws QEMU's refusal. */
  lookup(device: string, node: string): unknown;
  /** Whether there is a node of that name. */
  has(name: string): boolean;
}

/** Jobs (`qapi/job.json`) and what starts them. None can be started yet. */
export class Jobs implements Subsystem {
  readonly commands: CommandTable;

  readonly #setup: Setup;

  constructor(nodes: NodeLookup, setup: Setup) {
    this.#setup = setup;
    const noJob: MachineCommand = (_args, call) => {
      setup.require(call.name, 'jobs');
      throw genericError('Job not found');
    };
    const noBlockJob =
      (member: string): MachineCommand =>
      (args, call) => {
        setup.require(call.name, 'jobs');
        throw deviceNotActive(`Block job '${textOf(args, member)}' not found`);
      };
    const none: MachineCommand = (_args, call) => {
      setup.require(call.name, 'jobs');
      return [];
    };
    const onNode: MachineCommand = (args, call) => {
      const device = textOf(args, 'device');
      nodes.lookup(device, device);
      return notModelled(`${call.name} on a node`);
    };
    this.commands = commandTable({
      'query-jobs': none,
      'query-block-jobs': none,
      'job-cancel': noJob,
      'job-pause': noJob,
      'job-resume': noJob,
      'job-complete': noJob,
      'job-dismiss': noJob,
      'job-finalize': noJob,
      'block-job-cancel': noBlockJob('device'),
      'block-job-pause': noBlockJob('device'),
      'block-job-resume': noBlockJob('device'),
      'block-job-complete': noBlockJob('device'),
      'block-job-set-speed': noBlockJob('device'),
      'block-job-dismiss': noBlockJob('id'),
      'block-job-finalize': noBlockJob('id'),
      'block-job-change': noBlockJob('id'),
      'block-commit': (args, call) => {
        const device = textOf(args, 'device');
        if (nodes.has(device) || setup.mayName(device, 'drives', 'nodes'))
          notModelled(`${call.name} on ${device}`);
        throw deviceNotFound(device);
      },
      'block-stream': onNode,
      'blockdev-backup': onNode,
      'blockdev-mirror': onNode,
      'drive-backup': onNode,
      'drive-mirror': onNode,
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp(`
      block_stream=block-stream device:device speed:number? base:string?
      block_job_cancel=block-job-cancel -f device:device
      block_job_pause=block-job-pause device:device
      block_job_resume=block-job-resume device:device
      block_job_complete=block-job-complete device:device
      block_job_set_speed=block-job-set-speed device:device speed:number
      drive_mirror=drive-mirror -n -f device:device target:string format:string?
      drive_backup=drive-backup -n -f -c device:device target:string format:string?
    `);
  }

  infoTopics(): HmpTable {
    return hmpTable({ 'block-jobs': unlessTouched(this.#setup, ['jobs'], always('No active jobs')) });
  }
}
