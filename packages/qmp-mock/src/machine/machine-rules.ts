import type { QemuProfile } from '../engine/profile.ts';
import type { JobRules } from './jobs/engine/job-rules.ts';

/**
 * Behaviour and words of the built-in machine that changed between QEMU versions, each with a name. What they
 * are in a version is in its `rules.json`, learned from its QEMU by the probe of the same name in
 * `learn/rules`.
 */
export interface MachineRules {
  /** `inject-nmi` on a machine without them. */
  readonly noNmi: string;
  /** `device_del` of an object that isn't a device; `%` is its path. */
  readonly notADevice: string;
  /** `migrate-pause` out of place. */
  readonly cannotPauseMigration: string;
  /** How refusals of migration parameters begin, and whether they write names with `_`. */
  readonly migrationParameter: 'parameter' | 'option';
  /** `migrate` without a destination. */
  readonly migrateWhere: string;
  /** `migrate` to an unknown kind of destination; `%` is the URI. */
  readonly migrateProtocol: string;
  /** How the destination of a migration is read. */
  readonly migrationAddress: {
    /** It is read before anything is done: one that cannot be read is not a migration that failed. */
    readonly first: boolean;
    /** The thing that QEMU says it can't read if the host is left out. */
    readonly port: string;
    /** A descriptor without a name, if that is said. */
    readonly emptyFd?: string;
    /** `file:` is a destination. */
    readonly files: boolean;
  };
  /** Requirements of migration capabilities, and those that exclude each other. */
  readonly migrationCapabilities: {
    /** By capability: another that has to be on with it (without: none helps), and the refusal. */
    readonly needs: Readonly<Record<string, { readonly other?: string; readonly text: string }>>;
    readonly conflicts: readonly {
      readonly pair: readonly [string, string];
      readonly text: string;
    }[];
  };
  /** The events of a running migration, in order; `stop` is where the guest stops. */
  readonly migrationCourse: readonly ('active' | 'device' | 'completed' | 'stop' | number)[];
  /** The states of a migration that fails. */
  readonly migrationFailure: readonly string[];
  /** `MIGRATION setup` is sent for an incoming migration even without the capability `events`. */
  readonly incomingSetupEvent: boolean;
  /** `-incoming` takes channels too: what isn't a URI is taken for one. */
  readonly incomingChannels: boolean;
  /** `query-migrate` tells the status of an incoming migration that waits. */
  readonly incomingStatus: boolean;
  /** The container `/objects` is there from the start; otherwise it comes with the first object. */
  readonly objectsContainer: boolean;
  /** A board with PCI makes one of each network card, to see whether it can be a `-nic`. */
  readonly boardLooksAtCards: boolean;
  /** Monitors are objects: `monitor-qmp`, `monitor-hmp`, `/objects/compat_monitor0`. */
  readonly monitorObjects: boolean;
  /** Zeros in `-smp` are taken, with a warning. */
  readonly zeroTopology: boolean;
  /** Warnings of processor features name the subleaf: `CPUID[eax=07h,ecx=00h].EBX.hle`. */
  readonly featureSubleaf: boolean;
  /** Text between the two sentences of the warning of an AMD processor's threads. */
  readonly threadsWarning: string;
  /** Sound cards need a backend that they are given, or the default one of a machine with defaults. */
  readonly soundNeedsBackend: boolean;
  /** A processor has the feature `hv-vpindex` with KVM only. */
  readonly hyperVIndexNeedsKvm: boolean;
  /** Memory is held against the addresses that a 32-bit processor has. */
  readonly narrowAddressesChecked: boolean;
  /** Items that `-d` and `log` take, in QEMU's order. */
  readonly logItems: readonly string[];
  /** `-mon` is warned about. */
  readonly monDeprecated: boolean;
  /**
   * Faults in a section of a config file (`-readconfig`) are reported as soon as it is read, for the file.
   */
  readonly configFileAtOnce: boolean;
  /** `-chardev socket,reconnect=` (seconds). */
  readonly reconnectSeconds: boolean;
  /** `-chardev socket,reconnect-ms=`. */
  readonly reconnectMilliseconds: boolean;
  /** A chardev that dialled a UNIX socket is described with its path. */
  readonly clientPathShown: boolean;
  /** A second monitor on a chardev; `%` is the chardev. */
  readonly chardevInUse: string;
  /** A multiplexer counts as busy, whoever is attached to it. */
  readonly muxAlwaysBusy: boolean;
  /** `chardev-change` of a multiplexer. */
  readonly muxHotswap: string;
  /** One monitor too many on a multiplexer; `%` is the chardev. */
  readonly muxFull: string;
  /** `-chardev tty` and `-chardev parport` are other names of `serial` and `parallel`. */
  readonly chardevAliases: boolean;
  /** `device_add` takes properties by their JSON type; before, as text. */
  readonly typedProperties: boolean;
  /** `dump-guest-memory` with an unknown protocol. */
  readonly dumpProtocol: string;
  /** `dump-guest-memory` to a file that cannot be made; `%` is its name. */
  readonly dumpCreate: string;
  /** `dump-guest-memory` of nothing. */
  readonly dumpLength: string;
  /** `trace-event-get-state` has the member `vcpu`. */
  readonly traceVcpu: boolean;
  /** `query-named-block-nodes` has `active`. */
  readonly blockNodeActive: boolean;
  /** … and `limits` of the image. */
  readonly blockNodeLimits: boolean;
  /** … and `children`. */
  readonly blockNodeChildren: boolean;
  /** Numbers of the devices of a board's drives, by kind of machine. */
  readonly boardDrives: Readonly<
    Record<string, { readonly ide: number; readonly floppy: number; readonly early: boolean }>
  >;
  /** A machine has an SD card's drive by default. */
  readonly defaultSdCard: boolean;
  /** Queries show details of a file, though there are none. */
  readonly blockFileDetails: boolean;
  /** `info blockstats` prints a table. */
  readonly blockStatsTable: boolean;
  /** `query-blockstats` counts appends to zones. */
  readonly blockZoneStats: boolean;
  /** The NBD server takes requests with 64-bit lengths (`NBD_OPT_EXTENDED_HEADERS`). */
  readonly nbdExtendedHeaders: boolean;
  /**
   * `nbd-server-stop` ends the newest export first: an export ends when it's told to. In earlier versions it
   * does so at the end of the command, the export that was told last before the others.
   */
  readonly newestExportEndsFirst: boolean;
  /** A VNC password without VNC. */
  readonly noVncPassword: string;
  /** … all that the human monitor prints about it. */
  readonly noVncPasswordLine: string;
  /** A password for a VNC server that asks for none. */
  readonly vncPasswordRefused: string;
  /** … all that the human monitor prints about it. */
  readonly vncPasswordRefusedLine: string;
  /** A password for VNC that does something with those who are connected. */
  readonly vncConnected: string;
  /** A time at which no password ends; `%` is it. Empty where any text is taken. */
  readonly badExpireTime: string;
  /** `screendump` to a file that cannot be made; `%` is its name. */
  readonly screendumpCreate: string;
  /** `x-colo-lost-heartbeat` out of place. */
  readonly noColo: string;
  /** `x-query-virtio-status` of something else; `%` is its path. */
  readonly notVirtio: string;
  /** The words of `device_add` about an invalid id, after the other checks; `%` is the id. */
  readonly badDeviceId: 'options' | 'accepted' | 'device';
  /** A full bus is reported as found. In earlier versions it counts as not found. */
  readonly fullBusNamed: boolean;
  /**
   * Models that are refused on the command line once one of others, or another of themselves, is there.
   */
  readonly exclusions: readonly {
    readonly model: string;
    readonly beside: readonly string[];
    readonly text: string;
  }[];
  /** Whether there is only slot 0 behind a PCIe port. */
  readonly oneSlotPorts: boolean;
  /** `device_del` looks at the class of a device before it looks at its bus. */
  readonly classBeforeBus: boolean;
  /** `info pci` says of a region without an address that it isn't mapped. */
  readonly unmappedSaid: boolean;
  /**
   * `device_del` of a CPU before a guest has told the board how to tell it; `%` is its type. Empty if it is
   * taken.
   */
  readonly cpuUnplug: string;
  /**
   * Memory devices on a machine without `maxmem`, and whether that is said before a missing memory is.
   */
  readonly memoryDevicesOff: { readonly text: string; readonly isFirst: boolean };
  /** Memory for virtio-mem that is preallocated; `%` is it. Empty if it is taken. */
  readonly preallocatedVirtioMemory: string;
  /** Whether virtio-mem can be unplugged, once it has no memory. */
  readonly virtioMemoryUnplug: boolean;
  /** Both lines about KVM that can't be used name the program, not just the second. */
  readonly kvmFailureNamed: boolean;
  /** CPUs tell by their features that there are several in their package. */
  readonly packagesShown: boolean;
  /** `balloon` to nothing. */
  readonly balloonSize: string;
  /** How a new iothread polls; `weight` if the version has it. */
  readonly iothread: { readonly grow: number; readonly shrink: number; readonly weight?: number };
  /** `object-del` of memory that a device has; `%` is the object. */
  readonly mappedMemory: string;
  /** `object-del` of a throttle group that a node is in; `%` is the object. */
  readonly usedThrottleGroup: string;
  /** `object-del` of what is in use, or stays for good; `%` is the object. */
  readonly usedObject: { readonly cryptodev: string; readonly canBus: string; readonly mainLoop: string };
  /** `max-bytes` of `virtio-rng`: whether it may be 0, and the refusal. */
  readonly rngRate: { readonly mayBeZero: boolean; readonly text: string };
  /** Refusals of members that don't go with `fd`, `fds` and `helper` of a network backend `tap`. */
  readonly tapConflicts: { readonly fd: string; readonly fds: string; readonly helper: string };
  /** A dump of packets to a file that cannot be made; `%` is its name, and the reason follows. */
  readonly filterDumpRefusal: string;
  /** A network backend that was deleted is there as long as the card that has it. */
  readonly unlinkedNetdevKept: boolean;
  /** `info snapshots` of the human monitor without a disk. */
  readonly noSnapshots: string;
  /** Prefix of the human monitor's complaints about an unknown drive or mouse. */
  readonly driveErrorPrefix: string;
  readonly mouseErrorPrefix: string;
  /** `info cpus` shows the model of a CPU. */
  readonly cpuModelShown: boolean;
  /** `info migrate` of a machine that never migrated. */
  readonly migrationGlobals: readonly string[];
  /** `info virtio` without such a device. */
  readonly noVirtio: string;
  /** Jobs, transactions and dirty bitmaps. */
  readonly jobs: JobRules;
  /** Text for an unknown machine type; `%` is its name. */
  readonly unknownMachine: string;
}

/** The rules of a version. */
export function machineRules({ rules }: Pick<QemuProfile, 'rules'>): MachineRules {
  return rules as QemuProfile['rules'] & MachineRules;
}
