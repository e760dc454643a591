import type { CommandCall } from '../engine/monitor/command-host.ts';
import type { QDict } from '../engine/json/value.ts';
import type { QemuProfile } from '../engine/profile.ts';
import { findCommand } from './commands/index.ts';
import { genericError, type MachineCommand } from './command.ts';
import { createGuest, type Guest } from './guest.ts';
import { machineData, type MachineData } from './machine-data.ts';
import type { MachineHost } from './machine-host.ts';
import type { MachineActions, MachineOptions } from './machine-options.ts';
import { machineRules, type MachineRules } from './machine-rules.ts';
import { Numa } from './numa.ts';
import { Power } from './power.ts';

const ACTIONS: MachineActions = {
  reboot: 'reset',
  shutdown: 'poweroff',
  panic: 'shutdown',
  watchdog: 'reset',
};

/** Commands that QEMU answers once its CPUs have stopped or started, or its main loop has come round. */
const TAKES_A_MOMENT: ReadonlySet<string> = new Set(['stop', 'cont', 'system_reset', 'quit']);

/** Types of machines whose guest can suspend itself: not `none`, `isapc`, `microvm`. */
const CAN_SUSPEND = /^(pc|q35|xenfv)(-|$)/;

/** Something that commands keep between calls, made when it is first asked for. */
type Store<T extends object> = new (machine: Machine) => T;

/**
 * The built-in virtual machine behind a mock's monitors: run states, queries, and the commands that need no
 * real device. It does no I/O; what it needs of the world is in {@link MachineHost}.
 *
 * @example
 * const machine = new Machine(profile, { emit, exit, clock }, { paused: true })
 * machine.guest.powerOff() // emits SHUTDOWN, then calls exit(0)
 */
export class Machine {
  /** The QEMU version that it is. */
  readonly profile: QemuProfile;
  /** How its version differs from others. */
  readonly rules: MachineRules;
  /** The program around it. */
  readonly host: MachineHost;
  /** What it was started with. */
  readonly options: Readonly<MachineOptions>;
  /** Its run state and power switch. */
  readonly power: Power;
  /** What the guest can do by itself. */
  readonly guest: Guest;
  readonly #stores = new Map<Store<object>, object>();
  #preconfig: boolean;
  #preconfigCommands: ReadonlySet<string> | undefined;
  #call: CommandCall | undefined;

  constructor(profile: QemuProfile, host: MachineHost, options: MachineOptions = {}) {
    this.profile = profile;
    this.rules = machineRules(profile);
    this.host = host;
    this.options = options;
    this.#preconfig = options.preconfig === true;
    const wiring = {
      emit: (event: string, data?: Record<string, unknown>) => host.emit(event, data),
      end: (code: number) => this.#end(code),
      stopsWhileSuspended: profile.rules.stopsWhileSuspended,
    };
    const autostart = options.paused !== true;
    const actions = { ...ACTIONS, ...options.action };
    this.power = new Power(wiring, 'prelaunch', actions, autostart);
    const first = this.#firstState();
    if (!this.#preconfig || first === 'inmigrate') this.power.enter(first);
    this.guest = createGuest(this.power, wiring.emit);
  }

  /** What was recorded of its version. */
  get data(): MachineData {
    return machineData(this.profile);
  }

  /** Type of the machine, as `-machine` gives it. */
  get type(): string {
    return this.options.type ?? 'pc';
  }

  /** Whether it is machine `none`: no CPU, no memory, no device. */
  get bare(): boolean {
    return this.type === 'none';
  }

  /** Whether its guest could go to sleep: the machines with ACPI power management of a PC do. */
  get canSuspend(): boolean {
    return CAN_SUSPEND.test(this.type);
  }

  /** The command of that name, or `undefined` where the machine does not model it. */
  command(name: string): MachineCommand | undefined {
    const command = findCommand(this, name);
    if (command === undefined) return undefined;
    return (_machine, args, call) => {
      // In that moment an out-of-band command overtakes.
      if (call?.session.oobEnabled && !call.oob && TAKES_A_MOMENT.has(name)) {
        return Promise.resolve().then(() => this.#run(command, args, call));
      }
      return this.#run(command, args, call);
    };
  }

  #run(command: MachineCommand, args: QDict, call: CommandCall): unknown {
    const outer = this.#call;
    this.#call = call;
    try {
      return command(this, args, call);
    } finally {
      this.#call = outer;
    }
  }

  /** Why a command may not run now (`-preconfig`), or `undefined` where it may. */
  forbid(name: string): { class: string; desc: string } | undefined {
    if (!this.#preconfig) return undefined;
    this.#preconfigCommands ??= new Set(this.data.preconfig);
    if (this.#preconfigCommands.has(name)) return undefined;
    return {
      class: 'GenericError',
      desc: `The command '${name}' is permitted only after machine initialization has completed`,
    };
  }

  /** Whether the machine is still to be made. */
  get preconfig(): boolean {
    return this.#preconfig;
  }

  /**
   * `x-exit-preconfig`: makes the machine, and lets it run where `-S` does not hold it. Gives false where it
   * cannot be made: that is the end.
   */
  exitPreconfig(): boolean {
    if (!this.#preconfig) {
      throw genericError('The command is permitted only before machine initialization');
    }
    const fault = this.store(Numa).fault();
    if (fault !== undefined) {
      this.host.fail?.(fault);
      this.host.exit(1);
      return false;
    }
    this.#preconfig = false;
    const state = this.#firstState();
    if (state === 'running') this.power.start();
    else this.power.enter(state);
    return true;
  }

  /** SIGTERM, SIGINT, SIGHUP: SHUTDOWN `host-signal`, then the end. */
  terminate(): void {
    this.power.quit('host-signal');
  }

  /** What a family of commands keeps between calls: one instance of the class for each machine. */
  store<T extends object>(kind: Store<T>): T {
    let store = this.#stores.get(kind) as T | undefined;
    if (store === undefined) {
      store = new kind(this);
      this.#stores.set(kind, store);
    }
    return store;
  }

  #firstState(): 'inmigrate' | 'prelaunch' | 'running' {
    if (this.options.incoming !== undefined) return 'inmigrate';
    return this.options.paused === true ? 'prelaunch' : 'running';
  }

  /** Ends now, or, where a command brought the end about, once its reply is out. */
  #end(code: number): void {
    if (this.#call === undefined) this.host.exit(code);
    else this.#call.afterReply(() => this.host.exit(code));
  }
}
