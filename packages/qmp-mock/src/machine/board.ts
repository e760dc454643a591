import type { MachineOptions } from './machine-options.ts';

/** Types of machines whose guest can suspend itself: not `none`, `isapc`, `microvm`. */
const CAN_SUSPEND = /^(pc|q35|xenfv)(-|$)/;
const MIB = 1024 * 1024;
const DEFAULT_MEMORY = 128 * MIB;

/** The board of a machine: its type, its memory, its CPUs. */
export class Board {
  /** Type of the machine, as `-machine` gives it. */
  readonly type: string;
  /** Whether it is machine `none`: without a CPU, memory, or devices. */
  readonly bare: boolean;
  /** Whether its guest could go to sleep: the machines with ACPI power management of a PC do. */
  readonly canSuspend: boolean;
  /** Memory that the guest has, in bytes. */
  readonly memory: number;
  /** Number of CPUs. */
  readonly cpus: number;
  /** Whether it has been made: with `-preconfig` only after `x-exit-preconfig`. */
  made: boolean;

  constructor({ type = 'pc', memory, cpus = 1, preconfig }: MachineOptions) {
    this.type = type;
    this.bare = type === 'none';
    this.canSuspend = CAN_SUSPEND.test(type);
    this.memory = this.bare ? 0 : memory === undefined ? DEFAULT_MEMORY : memory * MIB;
    this.cpus = this.bare ? 0 : cpus;
    this.made = preconfig !== true;
  }
}
