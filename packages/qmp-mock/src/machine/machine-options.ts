import type { QDict } from '../engine/json/value.ts';
import type { GuestKind } from './guest/consent.ts';

/** Actions of the machine when the guest reboots, shuts down, panics, or its watchdog fires (`-action`). */
export interface MachineActions {
  /** `-no-reboot` is `shutdown`. */
  readonly reboot: 'reset' | 'shutdown';
  /** `-no-shutdown` is `pause`. */
  readonly shutdown: 'poweroff' | 'pause';
  /** A panic of the guest. */
  readonly panic: 'none' | 'pause' | 'shutdown' | 'exit-failure';
  /** The watchdog fires. */
  readonly watchdog: 'reset' | 'shutdown' | 'poweroff' | 'pause' | 'debug' | 'none' | 'inject-nmi';
}

/** An option of QEMU's command line, as it was given. */
export interface GivenOption {
  /** Its name, without dashes: `device`. */
  readonly name: string;
  /** Its argument; empty for an option without one. */
  readonly argument: string;
}

/** A device that `-device` asks for. */
export interface ColdDevice {
  /** All its properties, including `driver`, `id` and `bus`. */
  readonly args: QDict;
  /** Whether values have their JSON types; otherwise they are text. */
  readonly typed: boolean;
}

/** Options of a built-in machine. Each stands for one of QEMU's own. */
export interface MachineOptions {
  /** `-name`. Default: unnamed, so that `query-name` answers `{}`. */
  name?: string | undefined;
  /** `-uuid`. Default: `00000000-0000-0000-0000-000000000000`. */
  uuid?: string | undefined;
  /** `-machine`: `none`, `pc`, `q35`, … Default `pc`. */
  type?: string | undefined;
  /** `-S`: stay in `prelaunch` until `cont`. Default false. */
  paused?: boolean | undefined;
  /** `-preconfig`: stop before the machine is made, until `x-exit-preconfig`. Default false. */
  preconfig?: boolean | undefined;
  /** `-incoming`: wait for a migration; `defer` waits for `migrate-incoming`. */
  incoming?: string | undefined;
  /** `-m`, in MiB. Default 128. */
  memory?: number | undefined;
  /** `-m maxmem=`: memory that it may have with modules, in MiB. Default: as much as `memory`. */
  maxMemory?: number | undefined;
  /** `-m slots=`: places for modules of memory. Default 0. */
  memorySlots?: number | undefined;
  /** `-machine memory-backend=`: id of the object that is its memory. Default: one of its own. */
  memoryBackend?: string | undefined;
  /** `-smp`: number of CPUs. Default 1. */
  cpus?: number | undefined;
  /** `-action`, `-no-reboot`, `-no-shutdown`. */
  action?: Partial<MachineActions> | undefined;
  /** `-object`: objects that are there from the start. */
  objects?: readonly MachineObject[] | undefined;
  /**
   * All options of the command line in their order, including those above. The machine refuses as not
   * modelled everything that depends on an option that it doesn't model. Default: `-nodefaults` only.
   */
  given?: readonly GivenOption[] | undefined;
  /** `-compat`. */
  compat?: CompatPolicy | undefined;
  /** `-drive` and `-blockdev`: names under which a device finds a drive. */
  drives?: readonly string[] | undefined;
  /** Kind of its guest, for which QEMU doesn't have an option. Default: `obedient`. */
  guest?: GuestKind | undefined;
  /** How long its guest takes to shut down, in ms: see `Guest.shutdownMs`. Default: 0. */
  shutdownMs?: number | undefined;
}

/** An object that `-object` makes. */
export interface MachineObject {
  /** Its type, for example `iothread`. */
  readonly type: string;
  /** Its id: it is `/objects/<id>`. */
  readonly id: string;
  /** Its properties. */
  readonly properties?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** `-compat`: the policy for deprecated and unstable commands and members. */
export interface CompatPolicy {
  /** Deprecated commands and arguments. */
  deprecatedInput?: 'accept' | 'reject' | 'crash' | undefined;
  /** Deprecated events and members of replies. */
  deprecatedOutput?: 'accept' | 'hide' | undefined;
  /** Commands and arguments without a promise of stability (`x-…`). */
  unstableInput?: 'accept' | 'reject' | 'crash' | undefined;
  /** Events and members of replies without a promise of stability. */
  unstableOutput?: 'accept' | 'hide' | undefined;
}
