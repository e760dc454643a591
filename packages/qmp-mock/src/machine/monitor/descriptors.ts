import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { commandTable, genericError, type CommandTable } from '../command.ts';
import type { HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { DescriptorInbox } from '../machine-host.ts';
import type { Subsystem } from '../subsystem.ts';
import { DescriptorTable } from './descriptor-table.ts';

/** Descriptors passed with SCM_RIGHTS: `getfd` and descriptor sets (`qapi/misc.json`). */
export class Descriptors implements Subsystem {
  readonly commands: CommandTable;
  readonly #inbox: DescriptorInbox | undefined;
  readonly #table: DescriptorTable;

  constructor(inbox: DescriptorInbox | undefined) {
    this.#inbox = inbox;
    const table = new DescriptorTable((fd) => inbox?.close(fd));
    this.#table = table;
    this.commands = commandTable({
      getfd: (args, call) => {
        const fd = this.#take(call);
        const name = args.get('fdname') as string;
        if (/^\d/.test(name)) {
          inbox?.close(fd);
          throw genericError("Parameter 'fdname' expects a name not starting with a digit");
        }
        table.setNamed(name, fd);
      },
      closefd: (args) => {
        const name = args.get('fdname') as string;
        if (!table.closeNamed(name)) throw genericError(`File descriptor named '${name}' not found`);
      },
      'add-fd': (args, call) => {
        const fd = this.#take(call);
        const set = args.get('fdset-id') as number | undefined;
        if (set !== undefined && set < 0) {
          inbox?.close(fd);
          throw genericError("Parameter 'fdset-id' expects a non-negative value");
        }
        return { 'fdset-id': table.addToSet(set, fd, args.get('opaque') as string | undefined), fd };
      },
      'remove-fd': (args) => {
        const set = args.get('fdset-id') as number;
        const fd = args.get('fd') as number | undefined;
        if (!table.removeFromSet(set, fd)) {
          const what = fd === undefined ? `fdset-id:${set}` : `fdset-id:${set}, fd:${fd}`;
          throw genericError(`File descriptor named '${what}' not found`);
        }
      },
      'query-fdsets': () => table.sets(),
    });
  }

  hmpCommands(): HmpTable {
    return viaQmp(`
      closefd=closefd fdname:string
      getfd=getfd fdname:string
    `);
  }

  /** Whether there is a descriptor with that name. */
  has(name: string): boolean {
    return this.#table.hasNamed(name);
  }

  #take(call: CommandCall): number {
    // A line by QMP has a monitor of its own, with which nobody is connected.
    const fd = call.name === 'human-monitor-command' ? undefined : this.#inbox?.take(call.session);
    if (fd === undefined) throw genericError('No file descriptor supplied via SCM_RIGHTS');
    return fd;
  }
}
