import type { CommandCall } from '../../engine/monitor/command-host.ts';
import { family, genericError, type CommandFamily } from '../command.ts';
import { DescriptorTable } from '../descriptor-table.ts';
import type { Machine } from '../machine.ts';

/** Descriptors passed with SCM_RIGHTS: `getfd` and descriptor sets (`qapi/misc.json`). */
export const descriptors: CommandFamily = family({
  getfd: (machine, args, call) => {
    const fd = take(machine, call);
    const name = args.get('fdname') as string;
    if (/^\d/.test(name)) {
      machine.host.descriptors?.close(fd);
      throw genericError("Parameter 'fdname' expects a name not starting with a digit");
    }
    machine.store(DescriptorTable).setNamed(name, fd);
  },
  closefd: (machine, args) => {
    const name = args.get('fdname') as string;
    if (!machine.store(DescriptorTable).closeNamed(name)) {
      throw genericError(`File descriptor named '${name}' not found`);
    }
  },
  'add-fd': (machine, args, call) => {
    const fd = take(machine, call);
    const set = args.get('fdset-id') as number | undefined;
    if (set !== undefined && set < 0) {
      machine.host.descriptors?.close(fd);
      throw genericError("Parameter 'fdset-id' expects a non-negative value");
    }
    const fdset = machine.store(DescriptorTable).addToSet(set, fd, args.get('opaque') as string | undefined);
    return { 'fdset-id': fdset, fd };
  },
  'remove-fd': (machine, args) => {
    const set = args.get('fdset-id') as number;
    const fd = args.get('fd') as number | undefined;
    if (!machine.store(DescriptorTable).removeFromSet(set, fd)) {
      const what = fd === undefined ? `fdset-id:${set}` : `fdset-id:${set}, fd:${fd}`;
      throw genericError(`File descriptor named '${what}' not found`);
    }
  },
  'query-fdsets': (machine) => machine.store(DescriptorTable).sets(),
});

function take(machine: Machine, call: CommandCall): number {
  const fd = machine.host.descriptors?.take(call.session);
  if (fd === undefined) throw genericError('No file descriptor supplied via SCM_RIGHTS');
  return fd;
}
