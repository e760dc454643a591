import { family, genericError, type CommandFamily } from '../command.ts';
import type { MachineActions } from '../machine-options.ts';

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
  'x-exit-preconfig': (machine) => machine.exitPreconfig(),
  'inject-nmi': (machine) => {
    if (machine.bare) throw genericError(machine.rules.noNmi);
  },
  'rtc-reset-reinjection': () => undefined,
});
