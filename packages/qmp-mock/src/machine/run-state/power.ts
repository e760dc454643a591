import type { MachineActions } from '../machine-options.ts';
import { RUN_STATES, type RunState } from './run-state.ts';
import { genericError } from '../command.ts';

/** Reason why a machine is reset or shut down (`ShutdownCause` in `qapi/run-state.json`). */
export type ShutdownCause =
  | 'host-error'
  | 'host-qmp-quit'
  | 'host-qmp-system-reset'
  | 'host-signal'
  | 'host-ui'
  | 'guest-shutdown'
  | 'guest-reset'
  | 'guest-panic'
  | 'subsystem-reset';

/** Connections of a machine's power switch. */
export interface PowerWiring {
  /** Sends an event. */
  emit(event: string, data?: Record<string, unknown>): void;
  /** Ends the machine, with the exit status of its process. */
  end(code: number): void;
  /** The guest runs from now on, or has stopped. */
  ran?(running: boolean): void;
  /** The machine has been reset. */
  wasReset?(): void;
  /** The power button was pressed. */
  pressed?(): void;
  /** Whether `stop` and `cont` act on a suspended guest too (`QemuRules`). */
  readonly stopsWhileSuspended: boolean;
}

/**
 * Run state of a machine, and all that changes it: the one place that knows which events a transition sends
 * and in which order.
 */
export class Power {
  /** Actions of the machine on a reboot, a shutdown, a panic, and a watchdog. */
  readonly actions: { -readonly [name in keyof MachineActions]: MachineActions[name] };
  /** Whether a migrated-in guest starts by itself once it is there. */
  autostart: boolean;
  readonly #wiring: PowerWiring;
  #state: RunState;
  #stoppedWhileSuspended = false;
  #hasRun = false;
  /** Whether it has the state of a guest that had run, and hasn't been reset since. */
  #isRestored = false;

  constructor(wiring: PowerWiring, state: RunState, actions: MachineActions, autostart: boolean) {
    this.#wiring = wiring;
    this.#state = state;
    this.actions = { ...actions };
    this.autostart = autostart;
  }

  /** The run state, as `query-status` gives it. */
  get state(): RunState {
    return this.#state;
  }

  /** Whether the guest's CPUs run. */
  get running(): boolean {
    return this.#state === 'running';
  }

  /** Whether the guest's CPUs have ever run. */
  get hasRun(): boolean {
    return this.#hasRun || this.running;
  }

  /** `stop`. */
  stop(): void {
    const { stop } = RUN_STATES[this.#state];
    if (stop === 'hold') this.autostart = false;
    else this.halt('paused');
  }

  /**
   * Stops the guest for a reason: STOP, and the run state that names the reason. Nothing if it does not run.
   */
  halt(reason: RunState): void {
    const suspended = this.#state === 'suspended' && this.#wiring.stopsWhileSuspended;
    if (!this.running && !suspended) return;
    this.#stoppedWhileSuspended = suspended;
    this.#go(reason, 'STOP');
  }

  /** `cont`. Throws if the machine has to be reset first. */
  cont(): void {
    const { cont } = RUN_STATES[this.#state];
    if (typeof cont === 'object') throw genericError(cont.refuse);
    if (cont === 'release') this.autostart = true;
    if (cont === 'resume') this.start();
  }

  /** Lets the guest run: RESUME. A guest that was stopped while suspended is suspended again. */
  start(): void {
    const state = this.#stoppedWhileSuspended ? 'suspended' : 'running';
    this.#stoppedWhileSuspended = false;
    this.#go(state, 'RESUME');
  }

  /** A reset, by whom it may be: RESET, or a shutdown if `-no-reboot` says so. */
  reset(cause: ShutdownCause): void {
    if (this.actions.reboot === 'shutdown' && cause !== 'subsystem-reset') {
      this.shutdown(cause);
      return;
    }
    this.#go(RUN_STATES[this.#state].reset);
    this.#stoppedWhileSuspended = false;
    this.#isRestored = false;
    this.#wiring.emit('RESET', { guest: cause.startsWith('guest-'), reason: cause });
    this.#wiring.wasReset?.();
  }

  /** A reset for a state that is loaded next: nobody is told. */
  resetSilently(): void {
    this.#wiring.wasReset?.();
  }

  /**
   * The machine has a state that was saved.
   *
   * @param hasRun - Whether the guest had run then.
   */
  restored(hasRun: boolean): void {
    this.#hasRun = hasRun;
    this.#isRestored = hasRun;
  }

  /** Whether the guest is as the machine has made it: it has not run since it was made or reset. */
  get isUntouched(): boolean {
    return this.#state === 'prelaunch' && !this.#isRestored;
  }

  /** A shutdown: SHUTDOWN, then the end, or a stop if `-no-shutdown` says so. */
  shutdown(cause: ShutdownCause): void {
    this.#wiring.emit('SHUTDOWN', { guest: cause.startsWith('guest-'), reason: cause });
    if (this.actions.shutdown === 'pause') this.halt('shutdown');
    else this.#wiring.end(this.#exitCode(cause));
  }

  /** `quit`, or a signal: the end, whatever `-no-shutdown` says. */
  quit(cause: ShutdownCause): void {
    this.actions.shutdown = 'poweroff';
    this.shutdown(cause);
  }

  /** The end without an event, as after a watchdog's `poweroff`. */
  cut(): void {
    this.#wiring.end(0);
  }

  /** Presses the power button: sends POWERDOWN. The guest decides what follows. */
  powerdown(): void {
    this.#wiring.emit('POWERDOWN');
    this.#wiring.pressed?.();
  }

  /** The guest goes to sleep: SUSPEND. */
  suspend(): void {
    if (!this.running) return;
    this.#go('suspended', 'SUSPEND');
  }

  /** Wakes a suspended guest: WAKEUP. Throws if it does not sleep. */
  wakeup(): void {
    if (this.#state !== 'suspended') {
      throw genericError('Unable to wake up: guest is not in suspended state');
    }
    this.#go('running', 'WAKEUP');
  }

  /** Sets the run state and sends nothing, as migration does. */
  enter(state: RunState): void {
    this.#go(state);
  }

  #go(state: RunState, event?: string): void {
    const ran = this.running;
    this.#hasRun ||= state === 'running';
    this.#state = state;
    if (event !== undefined) this.#wiring.emit(event);
    if (ran !== this.running) this.#wiring.ran?.(this.running);
  }

  #exitCode(cause: ShutdownCause): number {
    if (cause === 'guest-panic' && this.actions.panic === 'exit-failure') return 1;
    return cause === 'host-error' ? 1 : 0;
  }
}
