import { NO_REPLY } from '../../engine/monitor/command-host.ts';
import type { Board } from '../setup/board.ts';
import { commandTable, genericError, type CommandTable, type MachineCommand } from '../command.ts';
import { hmpTable, sameAs, taking, unlessTouched, type HmpCommand, type HmpTable } from '../hmp/command.ts';
import { viaQmpEnum } from '../hmp/via-qmp.ts';
import type { MachineActions } from '../machine-options.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { Power } from './power.ts';
import type { Preconfig } from './preconfig.ts';

/** Parts of the machine that a {@link Lifecycle} needs. */
export interface LifecycleParts {
  readonly board: Board;
  readonly power: Power;
  readonly preconfig: Preconfig;
  readonly setup: Setup;
  /** `query-status` has the member `singlestep`. */
  readonly showsSinglestep: boolean;
}

/** Commands that start, stop, reset and end the machine (`qapi/run-state.json`, `qapi/misc.json`). */
export class Lifecycle implements Subsystem {
  readonly commands: CommandTable;
  readonly #power: Power;
  readonly #setup: Setup;
  readonly #showsSinglestep: boolean;
  /** Whether the human monitor has put the guest into single-step mode. */
  #isSteppingSingly = false;

  constructor({ board, power, preconfig, setup, showsSinglestep }: LifecycleParts) {
    this.#power = power;
    this.#setup = setup;
    this.#showsSinglestep = showsSinglestep;
    const ifKnown =
      (run: () => unknown): MachineCommand =>
      (_args, call) => {
        setup.require(call.name, 'run state');
        return run();
      };
    this.commands = commandTable({
      'query-status': ifKnown(() => ({
        running: power.running,
        ...(showsSinglestep && { singlestep: this.#isSingle }),
        status: power.state,
      })),
      stop: ifKnown(() => power.stop()),
      cont: ifKnown(() => power.cont()),
      system_reset: () => power.reset('host-qmp-system-reset'),
      system_powerdown: () => power.powerdown(),
      system_wakeup: () => {
        if (!board.canSuspend) {
          throw genericError('wake-up from suspend is not supported by this guest');
        }
        power.wakeup();
      },
      'query-current-machine': () => ({ 'wakeup-suspend-support': board.canSuspend }),
      quit: () => power.quit('host-qmp-quit'),
      'set-action': (args) => {
        for (const name of ['reboot', 'shutdown', 'panic', 'watchdog'] as const) {
          const value = args.get(name);
          if (value !== undefined) Object.assign(power.actions, { [name]: value });
        }
      },
      'watchdog-set-action': (args) => {
        power.actions.watchdog = args.get('action') as MachineActions['watchdog'];
      },
      // If the machine cannot be made, QEMU ends and never answers the command.
      'x-exit-preconfig': () => (preconfig.exit() ? undefined : NO_REPLY),
    });
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      stop: sameAs('stop'),
      cont: sameAs('cont'),
      system_reset: sameAs('system_reset'),
      system_powerdown: sameAs('system_powerdown'),
      system_wakeup: sameAs('system_wakeup'),
      quit: sameAs('quit'),
      singlestep: this.#stepSingly,
      'one-insn-per-tb': this.#stepSingly,
      exit_preconfig: sameAs('x-exit-preconfig'),
      watchdog_action: viaQmpEnum(
        'watchdog-set-action',
        'action',
        'reset shutdown poweroff pause debug none inject-nmi',
      ),
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({ status: unlessTouched(this.#setup, ['run state'], () => [this.#statusLine()]) });
  }

  get #isSingle(): boolean {
    return this.#isSteppingSingly || this.#setup.has('singlestep');
  }

  /** Run states other than these two are shown with their name in brackets. */
  #statusLine(): string {
    const { running, state } = this.#power;
    const mode = this.#showsSinglestep && this.#isSingle ? ' (single step mode)' : '';
    if (running) return `VM status: running${mode}`;
    return `VM status: paused${mode}${state === 'paused' ? '' : ` (${state})`}`;
  }

  readonly #stepSingly: HmpCommand = taking('option:string?', (given) => {
    const option = given.get('option') ?? 'on';
    if (option !== 'on' && option !== 'off') return [`unexpected option ${option}`];
    this.#isSteppingSingly = option === 'on';
    return [];
  });
}
