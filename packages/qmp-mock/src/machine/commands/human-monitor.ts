import { family, genericError, type CommandFamily } from '../command.ts';
import { runHmpLine, UnmodelledHmpCommand } from '../hmp/human-monitor.ts';

/** `human-monitor-command` (`qapi/misc.json`). */
export const humanMonitor: CommandFamily = family({
  'human-monitor-command': (machine, args, call) => {
    const cpu = args.get('cpu-index');
    const cpus = machine.bare ? 0 : (machine.options.cpus ?? 1);
    if (cpu !== undefined && ((cpu as number) < 0 || (cpu as number) >= cpus)) {
      throw genericError("Parameter 'cpu-index' expects a CPU number");
    }
    try {
      return runHmpLine(machine, args.get('command-line') as string, call);
    } catch (error) {
      if (error instanceof UnmodelledHmpCommand) throw genericError(error.message);
      throw error;
    }
  },
});
