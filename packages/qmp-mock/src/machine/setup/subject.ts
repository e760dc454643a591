/** A part of the machine that options can add to, so that answers about it depend on them. */
export type Subject =
  | 'drives'
  | 'nodes'
  | 'devices'
  | 'network'
  | 'displays'
  | 'consoles'
  | 'input'
  | 'audio'
  | 'cpus'
  | 'memory'
  | 'numa'
  | 'accelerator'
  | 'tpm'
  | 'migration'
  | 'usb'
  | 'virtio'
  | 'firmware'
  | 'chardevs'
  | 'descriptors'
  | 'jobs'
  | 'exports'
  | 'objects'
  | 'run state'
  | 'dump';

/** Options that the machine models, or that no answer depends on. */
const HARMLESS = new Set(
  `S name uuid qmp qmp-pretty mon monitor chardev pidfile daemonize D d DFILTER nodefaults no-user-config nouserconfig
  no-reboot no-shutdown action watchdog-action compat msg sandbox overcommit run-with rtc boot object set
  preconfig incoming loadvm no-fd-bootchk trace L k name
  nographic pflash-none no-quit alt-grab ctrl-grab win2k-hack async-teardown enable-fips show-cursor`.split(
    /\s+/,
  ),
);

const DISKS: readonly Subject[] = ['drives', 'nodes', 'devices'];
const NIC: readonly Subject[] = ['network', 'devices'];

/** Subjects of the options that have any; an option that is neither here nor harmless touches them all. */
const SUBJECTS: Readonly<Record<string, readonly Subject[]>> = {
  hda: DISKS,
  hdb: DISKS,
  hdc: DISKS,
  hdd: DISKS,
  fda: DISKS,
  fdb: DISKS,
  sd: DISKS,
  mtdblock: DISKS,
  pflash: [...DISKS, 'firmware'],
  cdrom: DISKS,
  'disk image': DISKS,
  snapshot: [],
  blockdev: ['nodes'],
  net: NIC,
  nic: NIC,
  netdev: [],
  vnc: [],
  spice: ['displays', 'chardevs'],
  audiodev: ['audio'],
  audio: ['audio', 'devices'],
  soundhw: ['audio', 'devices'],
  usb: ['usb', 'devices'],
  usbdevice: ['usb', 'devices', 'input', 'drives', 'chardevs'],
  numa: ['numa', 'cpus', 'memory'],
  'mem-path': ['memory'],
  'mem-prealloc': ['memory'],
  'enable-kvm': ['accelerator', 'cpus'],
  icount: ['accelerator'],
  singlestep: ['accelerator'],
  tpmdev: ['tpm', 'chardevs'],
  kernel: ['firmware'],
  initrd: ['firmware'],
  append: ['firmware'],
  dtb: ['firmware'],
  shim: ['firmware'],
  bios: ['firmware'],
  'option-rom': ['firmware'],
  acpitable: ['firmware'],
  smbios: ['firmware'],
  fw_cfg: ['firmware'],
  'no-acpi': ['devices', 'firmware'],
  'no-hpet': ['devices'],
  watchdog: ['devices'],
  virtfs: ['devices', 'virtio'],
  virtfs_synth: ['devices', 'virtio'],
  fsdev: [],
  virtioconsole: ['devices', 'virtio', 'chardevs'],
  gdb: ['chardevs'],
  s: ['chardevs'],
  qtest: ['chardevs', 'accelerator'],
  'add-fd': ['descriptors'],
  'only-migratable': ['migration'],
  serial: ['devices'],
  parallel: ['devices'],
  debugcon: ['devices'],
};

const ALL: readonly Subject[] = [
  'drives',
  'nodes',
  'devices',
  'network',
  'displays',
  'consoles',
  'input',
  'audio',
  'cpus',
  'memory',
  'numa',
  'accelerator',
  'tpm',
  'migration',
  'usb',
  'virtio',
  'firmware',
  'chardevs',
  'descriptors',
  'objects',
];

/** Subjects of an option by its name; those that depend on its argument are not here. */
export function subjectsOf(option: string): readonly Subject[] {
  if (HARMLESS.has(option)) return [];
  return Object.hasOwn(SUBJECTS, option) ? (SUBJECTS[option] ?? []) : ALL;
}

/** Everything that a board's default devices are part of. */
export const DEFAULT_DEVICES: readonly Subject[] = ['drives', 'devices', 'network', 'consoles', 'chardevs'];
