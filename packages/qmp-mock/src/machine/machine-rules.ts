import type { QemuProfile } from '../engine/profile.ts';

/** Behaviour and words of the built-in machine that changed between QEMU versions, each with a name. */
export interface MachineRules {
  /** `inject-nmi` on a machine without them. */
  readonly noNmi: string;
  /** `device_del` of an object that is no device; `%` is its path. */
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
    /** What is said not to be readable where the host is left out. */
    readonly port: string;
    /** A descriptor without a name, where that is said. */
    readonly emptyFd?: string;
    /** `file:` is a destination. */
    readonly files: boolean;
  };
  /** What a migration sends once it is under way, in order; `stop` is where the guest stops. */
  readonly migrationCourse: readonly ('active' | 'device' | 'completed' | 'stop' | number)[];
  /** The states of a migration that fails. */
  readonly migrationFailure: readonly string[];
  /** `MIGRATION setup` is sent for an incoming migration even without the capability `events`. */
  readonly incomingSetupEvent: boolean;
  /** `-incoming` takes channels too: what is no URI is taken for one. */
  readonly incomingChannels: boolean;
  /** `query-migrate` tells the status of an incoming migration that waits. */
  readonly incomingStatus: boolean;
  /** The container `/objects` is there from the start; otherwise it comes with the first object. */
  readonly objectsContainer: boolean;
  /** Monitors are objects: `monitor-qmp`, `monitor-hmp`, `/objects/compat_monitor0`. */
  readonly monitorObjects: boolean;
  /** `-mon` is warned about. */
  readonly monDeprecated: boolean;
  /** A client that closes its socket takes with it what it sent last; before, that was a race. */
  readonly hangUpDropsInput: boolean;
  /** `-chardev socket,reconnect=` (seconds). */
  readonly reconnectSeconds: boolean;
  /** `-chardev socket,reconnect-ms=`. */
  readonly reconnectMilliseconds: boolean;
  /** A chardev that dialled a UNIX socket is described with its path. */
  readonly clientPathShown: boolean;
  /** A second monitor on a chardev; `%` is the chardev. */
  readonly chardevInUse: string;
  /** One monitor too many on a multiplexer; `%` is the chardev. */
  readonly muxFull: string;
  /** `-chardev tty` and `-chardev parport` are other names of `serial` and `parallel`. */
  readonly chardevAliases: boolean;
  /** `device_add` takes properties by their JSON type; before, as text. */
  readonly typedProperties: boolean;
  /** `dump-guest-memory` with a protocol that is none. */
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
  /** A VNC password without VNC. */
  readonly noVncPassword: string;
  /** `x-colo-lost-heartbeat` out of place. */
  readonly noColo: string;
  /** `x-query-virtio-status` of something else; `%` is its path. */
  readonly notVirtio: string;
  /** What `device_add` says of an id that is none, once it has looked at the rest; `%` is the id. */
  readonly badDeviceId: 'options' | 'accepted' | 'device';
  /** How a new iothread polls; `weight` where the version has it. */
  readonly iothread: { readonly grow: number; readonly shrink: number; readonly weight?: number };
  /** `max-bytes` of `virtio-rng`: whether it may be 0, and the refusal. */
  readonly rngRate: { readonly mayBeZero: boolean; readonly text: string };
  /** `info snapshots` of the human monitor without a disk. */
  readonly noSnapshots: string;
  /** What stands before the human monitor's complaints of an unknown drive, and of an unknown mouse. */
  readonly driveErrorPrefix: string;
  readonly mouseErrorPrefix: string;
  /** `info cpus` shows the model of a CPU. */
  readonly cpuModelShown: boolean;
  /** `info migrate` of a machine that never migrated. */
  readonly migrationGlobals: readonly string[];
  /** `info virtio` without such a device. */
  readonly noVirtio: string;
  /** Text for an unknown machine type; `%` is its name. */
  readonly unknownMachine: string;
}

/** The rules from which versions on they hold; each entry says only what became different. */
const CHANGES: readonly { readonly since: string; readonly rules: Partial<MachineRules> }[] = [
  {
    since: '7.2',
    rules: {
      noNmi: 'this feature or command is not currently supported',
      notADevice: '% is not a hotpluggable device',
      cannotPauseMigration: 'migrate-pause is currently only supported during postcopy-active state',
      migrationParameter: 'parameter',
      migrateWhere: "Parameter 'uri' is missing",
      migrateProtocol: "Parameter 'uri' expects a valid migration protocol",
      migrationAddress: { first: false, port: 'port in address', files: false },
      migrationCourse: [1, 'active', 'stop', 2, 'completed'],
      migrationFailure: ['failed'],
      incomingSetupEvent: true,
      incomingChannels: false,
      incomingStatus: false,
      objectsContainer: false,
      monitorObjects: false,
      monDeprecated: false,
      hangUpDropsInput: false,
      reconnectSeconds: true,
      reconnectMilliseconds: false,
      clientPathShown: false,
      chardevInUse: "Device '%' is in use",
      muxFull: "Device '%' is in use",
      chardevAliases: true,
      typedProperties: false,
      dumpProtocol: "Invalid parameter 'protocol'",
      dumpCreate: "Could not open '%'",
      dumpLength: "Invalid parameter 'length'",
      traceVcpu: true,
      blockNodeActive: false,
      blockNodeLimits: false,
      blockNodeChildren: false,
      noVncPassword: 'Could not set password',
      noColo: "The feature 'colo' is not enabled",
      notVirtio: 'Path % is not a VirtIODevice',
      badDeviceId: 'options',
      iothread: { grow: 0, shrink: 0 },
      rngRate: {
        mayBeZero: true,
        text: "'max-bytes' parameter must be non-negative, and less than 2^63",
      },
      noSnapshots: 'no block device can store vmstate for snapshot',
      driveErrorPrefix: '',
      mouseErrorPrefix: '',
      cpuModelShown: false,
      migrationGlobals: [
        'globals:',
        'store-global-state: on',
        'only-migratable: off',
        'send-configuration: on',
        'send-section-footer: on',
        'decompress-error-check: on',
        'clear-bitmap-shift: 18',
      ],
      noVirtio: 'No VirtIO devices',
      unknownMachine: 'unsupported machine type',
    },
  },
  {
    since: '10.0',
    rules: {
      noNmi: 'machine does not provide NMIs',
      notADevice: '% is not a device',
      cannotPauseMigration:
        'migrate-pause is currently only supported during postcopy-active or postcopy-recover state',
      migrateWhere: "need either 'uri' or 'channels' argument",
      migrateProtocol: 'unknown migration protocol: %',
      migrationAddress: {
        first: true,
        port: 'port in address',
        emptyFd: 'invalid file descriptor address',
        files: true,
      },
      migrationCourse: [1, 'active', 'stop', 'device', 2, 'completed'],
      incomingSetupEvent: false,
      incomingChannels: true,
      incomingStatus: true,
      objectsContainer: true,
      reconnectMilliseconds: true,
      clientPathShown: true,
      chardevInUse: "chardev '%' is already in use",
      muxFull: "too many uses of multiplexed chardev '%' (maximum is 4)",
      chardevAliases: false,
      typedProperties: true,
      dumpProtocol: "parameter 'protocol' must start with 'file:' or 'fd:'",
      dumpCreate: "Could not create '%'",
      dumpLength: "parameter 'length' expects a non-zero size",
      traceVcpu: false,
      blockNodeActive: true,
      noColo: 'VM is not in COLO mode',
      notVirtio: 'Path % is not a realized VirtIODevice',
      badDeviceId: 'accepted',
      rngRate: {
        mayBeZero: false,
        text: "'max-bytes' parameter must be positive, and less than 2^63",
      },
      mouseErrorPrefix: 'Error: ',
      migrationGlobals: [
        'globals:',
        'store-global-state: on',
        'only-migratable: off',
        'send-configuration: on',
        'send-section-footer: on',
        'send-switchover-start: on',
        'clear-bitmap-shift: 18',
      ],
      noVirtio: 'Error: No virtio devices found',
      unknownMachine: 'unsupported machine type: "%"',
    },
  },
  {
    since: '11.1',
    rules: {
      migrationParameter: 'option',
      migrationAddress: {
        first: true,
        port: 'address',
        emptyFd: 'invalid file descriptor address',
        files: true,
      },
      migrationCourse: ['active', 2, 'stop', 'device', 'completed'],
      migrationFailure: ['failing', 'failed'],
      blockNodeLimits: true,
      blockNodeChildren: true,
      noVncPassword: 'No VNC display is present',
      badDeviceId: 'device',
      monitorObjects: true,
      monDeprecated: true,
      noSnapshots: 'Error: no block device can store vmstate for snapshot',
      iothread: { grow: 2, shrink: 2, weight: 3 },
      hangUpDropsInput: true,
      reconnectSeconds: false,
      driveErrorPrefix: 'Error: ',
      cpuModelShown: true,
      migrationGlobals: [],
    },
  },
];

const made = new Map<string, MachineRules>();

/** The rules of a version: those of the newest change that is not newer than it. */
export function machineRules({ name: version }: Pick<QemuProfile, 'name'>): MachineRules {
  let rules = made.get(version);
  if (rules === undefined) made.set(version, (rules = Object.freeze(makeRules(version))));
  return rules;
}

function makeRules(version: string): MachineRules {
  const rules: Partial<MachineRules> = {};
  for (const change of CHANGES) {
    if (change === CHANGES[0] || !isOlder(version, change.since)) Object.assign(rules, change.rules);
  }
  return rules as MachineRules;
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major === thanMajor ? minor < thanMinor : major < thanMajor;
}
