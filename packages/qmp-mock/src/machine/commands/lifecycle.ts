import { NO_REPLY } from '../../engine/monitor/command-host.ts';
import { family, genericError, type CommandFamily } from '../command.ts';
import type { MachineActions } from '../machine-options.ts';
import { Numa } from '../numa.ts';

/** Commands that start, stop, reset and end the machine (`qapi/run-state.json`, `qapi/misc.json`). */
export const lifecycle: CommandFamily = family({
  stop: (machine) => machine.power.stop(),
  cont: (machine) => machine.power.cont(),
  system_reset: (machine) => machine.power.reset('host-qmp-system-reset'),
  system_powerdown: (machine) => machine.power.powerdown(),
  system_wakeup: (machine) => {
    if (!machine.canSuspend) {
      throw genericError('wake-up from suspend is not supported by this guest');
    }
    machine.power.wakeup();
  },
  quit: (machine) => machine.power.quit('host-qmp-quit'),
  'set-action': (machine, args) => {
    const { actions } = machine.power;
    for (const name of ['reboot', 'shutdown', 'panic', 'watchdog'] as const) {
      const value = args.get(name);
      if (value !== undefined) Object.assign(actions, { [name]: value });
    }
  },
  'watchdog-set-action': (machine, args) => {
    machine.power.actions.watchdog = args.get('action') as MachineActions['watchdog'];
  },
  // Where no machine can be made, QEMU ends and the command is never answered.
  'x-exit-preconfig': (machine) => (machine.exitPreconfig() ? undefined : NO_REPLY),
  'set-numa-node': (machine, args) => {
    if (!machine.preconfig) {
      throw genericError('The command is permitted only before the machine has been created');
    }
    machine.store(Numa).add(args);
  },
  'inject-nmi': (machine) => {
    if (machine.bare) throw genericError(machine.rules.noNmi);
  },
  'rtc-reset-reinjection': () => undefined,
});
