import {
  commandTable,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
  type MachineCommand,
} from '../command.ts';
import { hmpTable, taking, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Subsystem } from '../subsystem.ts';

/** A command on a drive, which may be named by its device or by the id of a device in front of it. */
const onDrive: MachineCommand = (args) => {
  if (args.has('device') === args.has('id')) {
    throw genericError("Need exactly one of 'device' and 'id'");
  }
  throw deviceNotFound(textOf(args, args.has('device') ? 'device' : 'id'));
};

const NO_VMSTATE = 'no block device can store vmstate for snapshot';

/** Drives as a guest sees them: trays, media, limits, snapshots of the whole machine. There is none. */
export class Drives implements Subsystem {
  readonly commands: CommandTable = commandTable({
    'block-latency-histogram-set': (args) => {
      throw deviceNotFound(textOf(args, 'id'));
    },
    'blockdev-open-tray': onDrive,
    'blockdev-close-tray': onDrive,
    'blockdev-remove-medium': onDrive,
    'blockdev-insert-medium': onDrive,
    'blockdev-change-medium': onDrive,
    eject: onDrive,
    block_set_io_throttle: onDrive,
  });
  readonly #prefix: string;

  constructor({ driveErrorPrefix }: Pick<MachineRules, 'driveErrorPrefix'>) {
    this.#prefix = driveErrorPrefix;
  }

  hmpCommands(): HmpTable {
    const noDrive = (id: unknown): readonly string[] => [`${this.#prefix}Device '${String(id)}' not found`];
    return new Map([
      ...viaQmp(`
        eject=eject -f device:device
        block_set_io_throttle=block_set_io_throttle device:device bps:number bps_rd:number bps_wr:number iops:number iops_rd:number iops_wr:number
      `),
      ...hmpTable({
        drive_del: taking('id:device', (given) => noDrive(given.get('id'))),
        commit: taking('device:device', (given) =>
          given.get('device') === 'all' ? [] : noDrive(given.get('device')),
        ),
        change: taking('-f device:device target:file arg:string?', (given) => [
          `Error: Device '${String(given.get('device'))}' not found`,
        ]),
        savevm: taking('name:string?', () => [`Error: ${NO_VMSTATE}`]),
        loadvm: taking('name:string', () => [`Error: ${NO_VMSTATE}`]),
        delvm: taking('name:string', () => []),
      }),
    ]);
  }
}
