import { QDict, type QValue } from '../../engine/json/value.ts';
import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { commandTable, textOf, type CommandTable, type MachineCommand } from '../command.ts';
import { complaintsOf, hmpTable, taking, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { Subsystem } from '../subsystem.ts';
import { ABORT, Transactions, type TransactionAction } from './engine/transaction.ts';
import { startAmend } from './kinds/amend.ts';
import { blockdevBackup, driveBackup } from './kinds/backup-commands.ts';
import { startCommit } from './kinds/commit.ts';
import { startCreate } from './kinds/create.ts';
import { startBlockdevMirror, startDriveMirror } from './kinds/mirror-commands.ts';
import type { JobRules } from './engine/job-rules.ts';
import type { JobParts } from './kinds/parts.ts';
import { startStream } from './kinds/stream.ts';

/** Parts of the machine that {@link JobCommands} needs. */
export interface JobCommandsParts extends JobParts {
  readonly rules: () => JobRules;
  /** Actions of transactions that start no jobs; each is a command, too. */
  readonly actions: Record<string, TransactionAction>;
}

/** Commands that start jobs, and transactions (`qapi/transaction.json`). */
export class JobCommands implements Subsystem {
  readonly commands: CommandTable;

  constructor(parts: JobCommandsParts) {
    const { jobs, rules } = parts;
    const starting =
      (start: (args: QDict) => void): MachineCommand =>
      (args, call) =>
        jobs.during(call, () => start(args));
    const actions: Record<string, TransactionAction> = {
      ...parts.actions,
      'blockdev-backup': blockdevBackup(parts, rules),
      'drive-backup': driveBackup(parts, rules),
    };
    const transactions = new Transactions(jobs, new Map(Object.entries({ ...actions, abort: ABORT })), rules);
    const single =
      (type: string): MachineCommand =>
      (args, call) =>
        transactions.runOne(type, args, call);
    this.commands = commandTable({
      ...Object.fromEntries(Object.keys(actions).map((type) => [type, single(type)])),
      transaction: (args, call) => transact(transactions, args, call),
      'block-commit': starting((args) => startCommit(parts, args)),
      'block-stream': starting((args) => startStream(parts, args)),
      'blockdev-mirror': starting((args) => startBlockdevMirror(parts, args, rules())),
      'drive-mirror': starting((args) => startDriveMirror(parts, args, rules())),
      'blockdev-create': starting((args) => startCreate(parts, args, rules())),
      'x-blockdev-amend': starting((args) => startAmend(parts, args)),
    });
  }

  hmpCommands(): HmpTable {
    return new Map([
      ...viaQmp('block_stream=block-stream device:device speed:number? base:string?'),
      ...hmpTable({
        drive_mirror: taking('-n -f device:device target:string format:string?', (given, { qmp }) =>
          complaintsOf(() => qmp('drive-mirror', toFile(given))),
        ),
        drive_backup: taking('-n -f -c device:device target:string format:string?', (given, { qmp }) =>
          complaintsOf(() =>
            qmp('drive-backup', new QDict([...toFile(given), ['compress', given.get('c') === true]])),
          ),
        ),
      }),
    ]);
  }
}

function transact(transactions: Transactions, args: QDict, call: CommandCall): void {
  const properties = args.get('properties') as QDict | undefined;
  const actions = (args.get('actions') as QDict[]).map((action) => ({
    type: textOf(action, 'type'),
    data: action.get('data') as QDict,
  }));
  transactions.run(actions, { grouped: properties?.get('completion-mode') === 'grouped' }, call);
}

/** Arguments of a command that copies a drive to a file, from those of a line. */
function toFile(given: ReadonlyMap<string, string | bigint | boolean>): QDict {
  const text = (name: string): QValue => String(given.get(name));
  const args = new QDict([
    ['device', text('device')],
    ['target', text('target')],
    ['sync', given.get('f') === true ? 'full' : 'top'],
    ['mode', given.get('n') === true ? 'existing' : 'absolute-paths'],
  ]);
  if (given.has('format')) args.set('format', text('format'));
  return args;
}
