import { notModelled } from '../../../engine/not-modelled.ts';
import { commandTable, genericError, type CommandTable } from '../../command.ts';
import type { DriveLookup } from '../backend/drive-lookup.ts';
import type { BackendThrottling } from '../backend/throttle-groups.ts';
import { whyNotThrottled } from '../../throttling.ts';
import { ALL_LIMITS, commandName } from '../backend/throttle-limits.ts';

/** Limits of drives (`qmp_block_set_io_throttle` in `block/qapi-sysemu.c`). */
export function limitCommands(
  lookup: DriveLookup,
  throttling: BackendThrottling,
  isObject: (group: string) => boolean,
): CommandTable {
  return commandTable({
    block_set_io_throttle: (args, call) => {
      const backend = lookup.named(args, call.name);
      if (backend.node === undefined) throw genericError('Device has no medium');
      const limits = new Map<string, number>();
      for (const name of ALL_LIMITS) {
        const value = args.get(commandName(name));
        if (value !== undefined) limits.set(name, Number(value));
      }
      const refusal = whyNotThrottled((name) => limits.get(name));
      if (refusal !== undefined) throw genericError(refusal);
      const group = args.get('group') as string | undefined;
      const usual = (args.get('device') ?? args.get('id')) as string;
      const joined = group ?? throttling.groupOf(backend) ?? usual;
      if (isObject(joined)) notModelled(`a drive in the throttle group ${joined}, which is an object`);
      throttling.set(backend, limits, group, usual);
    },
  });
}
