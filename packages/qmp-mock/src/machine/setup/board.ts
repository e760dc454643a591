import type { MachineOptions } from '../machine-options.ts';

const MIB = 1024 * 1024;
/** Memory of a machine that was told nothing else, in bytes. */
export const DEFAULT_MEMORY: number = 128 * MIB;

/** Machine types that are alike in what commands see of them. */
interface Family {
  readonly pattern: RegExp;
  /** Whether its guest can suspend itself. */
  readonly canSuspend: boolean;
  /** Whether it is a PC with a PCI bus. */
  readonly isPc: boolean;
  /** Whether it has a keyboard and a mouse of its own. */
  readonly hasPs2: boolean;
  /** Id of the object that is its memory. */
  readonly ram: string;
  /** The model of a network card that isn't told; left out if it makes no cards. */
  readonly networkCard?: (type: string) => string;
  /** Model of its CPUs, unless `-cpu` says otherwise; `undefined` if it has none. */
  readonly cpu: string | undefined;
  /** Whether more CPUs can come. */
  readonly plugsCpus: boolean;
}

/** Recorded from real QEMUs, without any device: the same in all versions. */
const FAMILIES: readonly Family[] = [
  {
    pattern: /^none$/,
    canSuspend: false,
    isPc: false,
    hasPs2: false,
    ram: 'ram',
    cpu: undefined,
    plugsCpus: false,
  },
  {
    pattern: /^pc(-i440fx-.*)?$/,
    networkCard: () => 'e1000',
    canSuspend: true,
    isPc: true,
    hasPs2: true,
    ram: 'pc.ram',
    cpu: 'qemu64',
    plugsCpus: true,
  },
  {
    pattern: /^(q35|pc-q35-.*)$/,
    networkCard: (type) => (/^pc-q35-2\.(\d|10)(\.|$)/.test(type) ? 'e1000' : 'e1000e'),
    canSuspend: true,
    isPc: true,
    hasPs2: true,
    ram: 'pc.ram',
    cpu: 'qemu64',
    plugsCpus: true,
  },
  {
    pattern: /^isapc$/,
    networkCard: () => 'ne2k_isa',
    canSuspend: false,
    isPc: false,
    hasPs2: true,
    ram: 'pc.ram',
    cpu: '486',
    plugsCpus: true,
  },
  {
    pattern: /^microvm$/,
    canSuspend: false,
    isPc: false,
    hasPs2: false,
    ram: 'microvm.ram',
    cpu: 'qemu64',
    plugsCpus: false,
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
  /** Memory that it may have with modules, in bytes. */
  readonly mostMemory: number;
  /** Places for modules of memory. */
  readonly memorySlots: number;
  /** Id of the backend that `-machine memory-backend=` gives it for its memory. */
  readonly memoryBackend: string | undefined;
  /** Whether its memory is what NUMA nodes bring. */
  memoryIsOfNodes = false;
  /** The known facts about its type, or `undefined` for an unknown type. */
  readonly family: Family | undefined;
  /** Whether it has been made: with `-preconfig` only after `x-exit-preconfig`. */
  made: boolean;

  constructor({
    type = 'pc',
    memory,
    maxMemory,
    memorySlots = 0,
    memoryBackend,
    objects = [],
    cpus = 1,
    preconfig,
  }: MachineOptions) {
    this.type = type;
    this.bare = type === 'none';
    this.family = FAMILIES.find(({ pattern }) => pattern.test(type));
    const size = objects.find(({ id }) => id === memoryBackend)?.properties?.['size'];
    const usual = size === undefined ? (this.bare ? 0 : DEFAULT_MEMORY) : Number(size);
    this.memory = memory === undefined ? usual : memory * MIB;
    this.memoryBackend = memoryBackend;
    this.mostMemory = maxMemory === undefined ? this.memory : maxMemory * MIB;
    this.memorySlots = memorySlots;
    this.cpus = this.bare ? 0 : cpus;
    this.made = preconfig !== true;
  }

  /** Whether its guest could go to sleep: the machines with ACPI power management of a PC do. */
  get canSuspend(): boolean {
    return this.family?.canSuspend ?? /^xenfv(-|$)/.test(this.type);
  }

  /** Id of the object that is its memory, if it has memory and has been made. */
  get ram(): string | undefined {
    const hasOther = this.memoryBackend !== undefined || this.memoryIsOfNodes;
    return this.made && this.memory > 0 && !hasOther ? this.family?.ram : undefined;
  }
}
