import type { Board } from '../board.ts';
import { commandTable, genericError, textOf, type CommandTable, type MachineCommand } from '../command.ts';
import {
  always,
  complaintsOf,
  hmpTable,
  notModelledLine,
  onlyUsage,
  showing,
  taking,
  type HmpCommand,
  type HmpTable,
} from '../hmp/command.ts';
import { QDict } from '../../engine/json/value.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { MachineRules } from '../machine-rules.ts';
import type { Subsystem } from '../subsystem.ts';

const refused =
  (desc: string): MachineCommand =>
  () => {
    throw genericError(desc);
  };
const nothing: MachineCommand = () => undefined;

/** What {@link HostFeatures} needs of its machine. */
export interface HostFeaturesParts {
  readonly board: Board;
  readonly rules: Pick<MachineRules, 'notVirtio' | 'noVirtio'>;
}

/**
 * Features that a machine has only with an accelerator, a guest, or a device of their own: SEV, SGX, Xen, record and replay, CXL,
 * statistics (`qapi/misc-target.json`, `qapi/replay.json`, `qapi/stats.json`). This one has none of them.
 */
export class HostFeatures implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: HostFeaturesParts;

  constructor(parts: HostFeaturesParts) {
    this.#parts = parts;
    this.commands = commandTable({
      'dump-skeys': refused('Storage keys information not available for this architecture'),
      'query-stats': () => [],
      'query-sev-attestation-report': refused('SEV is not enabled'),
      'sev-inject-launch-secret': refused('SEV not enabled for guest'),
      'x-query-virtio-status': (args) => {
        throw genericError(parts.rules.notVirtio.replace('%', () => textOf(args, 'path')));
      },
      'x-query-virtio-queue-status': (args) => {
        throw genericError(`Path ${textOf(args, 'path')} is not a VirtIODevice`);
      },
      'replay-seek': refused('replay must be enabled to seek'),
      'replay-break': refused('setting the breakpoint is allowed only in play mode'),
      'replay-delete-break': refused('replay breakpoints are allowed only in play mode'),
      'cxl-inject-poison': refused('Unable to resolve path'),
      'xen-set-global-dirty-log': nothing,
      'xen-set-replication': nothing,
      'xen-colo-do-checkpoint': nothing,
      'xen-event-list': refused('Xen event channel emulation not enabled'),
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
    const { bare } = this.#parts.board;
    /** A topic about the devices of a board: machine `none` has none. */
    const aboutBoard: HmpCommand = (context) => (bare ? [] : notModelledLine(context));
    return hmpTable({
      tpm: always(),
      history: always(),
      sev: always('SEV is not enabled'),
      sgx: always(
        bare ? 'SGX is only supported on PC machines' : 'No EPC regions defined, SGX not available',
      ),
      usb: always('Error: USB support not enabled'),
      replay: always('Record/replay is not active'),
      cryptodev: always(),
      rdma: always(),
      virtio: always(this.#parts.rules.noVirtio),
      'vm-generation-id': showing('query-vm-generation-id', () => []),
      pci: aboutBoard,
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
