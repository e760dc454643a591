import type { MachineOptions } from '../machine-options.ts';

const MIB = 1024 * 1024;
/** Memory of a machine that was told nothing else, in bytes. */
export const DEFAULT_MEMORY: number = 128 * MIB;

/** A bus that a board has from the start. */
interface BoardBus {
  /** The bus that a device without `bus=` goes to. */
  readonly name: string;
  /** All buses of its kind. */
  readonly all: readonly string[];
  readonly hotplug: boolean;
}

/** Machine types that are alike in what commands see of them. */
interface Family {
  readonly pattern: RegExp;
  /** Whether its guest can suspend itself. */
  readonly canSuspend: boolean;
  /** Whether it has a keyboard and a mouse of its own. */
  readonly hasPs2: boolean;
  /** Id of the object that is its memory. */
  readonly ram: string;
  /** Its CPU unless `-cpu` says otherwise, if more of that kind can be listed. */
  readonly cpu: string | undefined;
  /** Its buses by type. */
  readonly buses: Readonly<Record<string, BoardBus>>;
}

const fixed = (name: string, ...others: string[]): BoardBus => ({
  name,
  all: [name, ...others],
  hotplug: false,
});

const ISA = fixed('isa.0');
/** Recorded from real QEMUs, without any device: the same in all versions. */
const FAMILIES: readonly Family[] = [
  { pattern: /^none$/, canSuspend: false, hasPs2: false, ram: 'ram', cpu: undefined, buses: {} },
  {
    pattern: /^pc(-i440fx-.*)?$/,
    canSuspend: true,
    hasPs2: true,
    ram: 'pc.ram',
    cpu: 'qemu64',
    buses: { PCI: { name: 'pci.0', all: ['pci.0'], hotplug: true }, ISA, IDE: fixed('ide.1', 'ide.0') },
  },
  {
    pattern: /^(q35|pc-q35-.*)$/,
    canSuspend: true,
    hasPs2: true,
    ram: 'pc.ram',
    cpu: 'qemu64',
    buses: {
      PCI: fixed('pcie.0'),
      ISA,
      IDE: fixed('ide.5', 'ide.4', 'ide.3', 'ide.2', 'ide.1', 'ide.0'),
    },
  },
  { pattern: /^isapc$/, canSuspend: false, hasPs2: true, ram: 'pc.ram', cpu: '486', buses: { ISA } },
  {
    pattern: /^microvm$/,
    canSuspend: false,
    hasPs2: false,
    ram: 'microvm.ram',
    cpu: undefined,
    buses: { ISA, 'virtio-bus': fixed('virtio-mmio-bus.23') },
  },
];

/** The board of a machine: its type, its memory, its CPUs. */
export class Board {
  /** Type of the machine, as `-machine` gives it. */
  readonly type: string;
  /** Whether it is machine `none`: without a CPU, or devices. */
  readonly bare: boolean;
  /** Memory that the guest has, in bytes. */
  readonly memory: number;
  /** Number of CPUs. */
  readonly cpus: number;
  /** What is known of its type, or `undefined` if nothing is. */
  readonly family: Family | undefined;
  /** Whether it has been made: with `-preconfig` only after `x-exit-preconfig`. */
  made: boolean;

  constructor({ type = 'pc', memory, cpus = 1, preconfig }: MachineOptions) {
    this.type = type;
    this.bare = type === 'none';
    this.family = FAMILIES.find(({ pattern }) => pattern.test(type));
    this.memory = memory === undefined ? (this.bare ? 0 : DEFAULT_MEMORY) : memory * MIB;
    this.cpus = this.bare ? 0 : cpus;
    this.made = preconfig !== true;
  }

  /** Whether its guest could go to sleep: the machines with ACPI power management of a PC do. */
  get canSuspend(): boolean {
    return this.family?.canSuspend ?? /^xenfv(-|$)/.test(this.type);
  }

  /** Id of the object that is its memory, if it has memory and has been made. */
  get ram(): string | undefined {
    return this.made && this.memory > 0 ? this.family?.ram : undefined;
  }
}
