import type { Board } from '../setup/board.ts';
import { commandTable, genericError, textOf, type CommandTable, type MachineCommand } from '../command.ts';
import {
  always,
  complaintsOf,
  hmpTable,
  notModelledLine,
  onlyUsage,
  showing,
  taking,
  unlessTouched,
  type HmpCommand,
  type HmpTable,
} from '../hmp/command.ts';
import { QDict } from '../../engine/json/value.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subject } from '../setup/subject.ts';
import type { Subsystem } from '../subsystem.ts';

const refused =
  (desc: string): MachineCommand =>
  () => {
    throw genericError(desc);
  };
const nothing: MachineCommand = () => undefined;

/** Parts of the machine that {@link HostFeatures} needs. */
export interface HostFeaturesParts {
  readonly board: Board;
  readonly rules: Pick<MachineRules, 'notVirtio' | 'noVirtio'>;
  readonly setup: Setup;
}

/**
 * Features that a machine has only with an accelerator, a guest, or a device of their own: SEV, SGX, Xen,
 * record and replay, CXL, statistics (`qapi/misc-target.json`, `qapi/replay.json`, `qapi/stats.json`). This
 * one has none of them.
 */
export class HostFeatures implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: HostFeaturesParts;

  constructor(parts: HostFeaturesParts) {
    this.#parts = parts;
    const { setup } = parts;
    const without =
      (subject: Subject, command: MachineCommand): MachineCommand =>
      (args, call) => {
        setup.require(call.name, subject);
        return command(args, call);
      };
    this.commands = commandTable({
      'dump-skeys': refused('Storage keys information not available for this architecture'),
      'query-stats': without('accelerator', () => []),
      'query-sev-attestation-report': without('objects', refused('SEV is not enabled')),
      'sev-inject-launch-secret': without('objects', refused('SEV not enabled for guest')),
      'x-query-virtio-status': (args, call) => {
        setup.require(call.name, 'virtio');
        throw genericError(parts.rules.notVirtio.replace('%', () => textOf(args, 'path')));
      },
      'x-query-virtio-queue-status': (args, call) => {
        setup.require(call.name, 'virtio');
        throw genericError(`Path ${textOf(args, 'path')} is not a VirtIODevice`);
      },
      'replay-seek': without('accelerator', refused('replay must be enabled to seek')),
      'replay-break': without('accelerator', refused('setting the breakpoint is allowed only in play mode')),
      'replay-delete-break': without(
        'accelerator',
        refused('replay breakpoints are allowed only in play mode'),
      ),
      'cxl-inject-poison': without('devices', refused('Unable to resolve path')),
      'xen-set-global-dirty-log': nothing,
      'xen-set-replication': nothing,
      'xen-colo-do-checkpoint': nothing,
      'xen-event-list': without('accelerator', refused('Xen event channel emulation not enabled')),
      'rtc-reset-reinjection': nothing,
    });
  }

  hmpCommands(): HmpTable {
    return new Map([
      ...viaQmp('xen-event-list=xen-event-list'),
      ...hmpTable({
        replay_break: replay('replay-break', 'icount'),
        replay_seek: replay('replay-seek', 'icount'),
        replay_delete_break: replay('replay-delete-break'),
        boot_set: onlyUsage('bootdevice:string'),
      }),
    ]);
  }

  infoTopics(): HmpTable {
    const { board, rules, setup } = this.#parts;
    /** A topic about the devices of a board: machine `none` has none. */
    const aboutBoard: HmpCommand = (context) => (board.bare ? [] : notModelledLine(context));
    const isPc = board.family?.isPc === true;
    const unless = (subject: Subject, ...lines: readonly string[]): HmpCommand =>
      unlessTouched(setup, [subject], always(...lines));
    return hmpTable({
      tpm: unless('tpm'),
      history: always(),
      sev: unless('objects', 'SEV is not enabled'),
      sgx: (context) => {
        if (board.family === undefined) return notModelledLine(context);
        const line = isPc
          ? 'No EPC regions defined, SGX not available'
          : 'SGX is only supported on PC machines';
        return unless('memory', line)(context);
      },
      replay: unless('accelerator', 'Record/replay is not active'),
      cryptodev: unless('objects'),
      rdma: unless('network'),
      virtio: unless('virtio', rules.noVirtio),
      'vm-generation-id': showing('query-vm-generation-id', () => []),
      irq: aboutBoard,
      pic: aboutBoard,
      roms: aboutBoard,
    });
  }
}

/** Commands on recordings print refusals bare. */
function replay(name: string, argument?: string): HmpCommand {
  return taking(argument === undefined ? '' : `${argument}:number`, (given, context) =>
    complaintsOf(
      () => context.qmp(name, new QDict([...given].map(([key, value]) => [key, Number(value)]))),
      '',
    ),
  );
}
