import { printCompact } from '../../engine/json/printer.ts';
import type { QValue } from '../../engine/json/value.ts';
import type { ColdDevice } from '../../machine/machine-options.ts';
import { machineRules } from '../../machine/machine-rules.ts';
import { blockNodes } from './blockdevs.ts';
import { writtenByBoard } from './board-drives.ts';
import { drives, type Drive } from './drives.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

/** Models that do without a medium in their drive. */
const WITHOUT_MEDIUM = /^(ide-cd|scsi-cd|floppy|sd-card.*|emmc)$/;
/** Cards whose first one has to be the first of all. */
const FIRST = /^qxl-vga$/;
/** Properties without which devices on other processes can't be. */
const NEEDS: Readonly<Record<string, readonly [property: string, refusal: string]>> = {
  'vhost-user-fs-pci': ['chardev', 'missing chardev'],
  'vhost-user-blk-pci': ['chardev', 'chardev is mandatory'],
  'ivshmem-doorbell': ['chardev', "You must specify a 'chardev'"],
};
/** Models that can't have a drive that is read-only. */
const WRITERS = /^ide-hd$/;
const DISKS =
  /^(virtio-blk-|ide-|scsi-(hd|cd|block|generic)$|nvme|usb-storage|usb-uas|floppy|sd-card|vhost-user-blk)/;

/** Models whose state can't be carried over (`unmigratable` in their `VMStateDescription`). */
const UNMIGRATABLE = /^(usb-net|usb-mtp|usb-bt-dongle|usb-u2f.*|edu|ivshmem-doorbell)$/;

/**
 * Checks of devices against those before them: devices of the command line look at it when they are plugged
 * in.
 */
export class DeviceChecks {
  readonly #context: StartContext;
  readonly #writers = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #ports = new Set<string>();
  #screens: number;
  #expanded = false;
  /** Models that are there. */
  readonly #models: Set<string>;

  constructor(context: StartContext) {
    this.#context = context;
    this.#models = new Set(cardsOfBoard(context));
    for (const path of writtenByBoard(context)) this.#writers.add(path);
    this.#screens = screensOfBoard(context);
  }

  /**
   * Checks what QEMU looks at before the device's own options.
   *
   * @param location - The option that it is from.
   */
  before(device: ColdDevice, location: string): void {
    const type = this.#typeOf(device);
    if (type === 'sga' && this.#context.types.has(type)) {
      this.#context.warn('-device sga is deprecated, use -machine graphics=off', location);
    }
    const values = valuesOf(device);
    const { driver = '' } = values;
    this.#checkExpander(type, values);
    const tpm = values['tpmdev'];
    if (tpm !== undefined && !this.#context.of('tpmdev').some((option) => option.get('id') === tpm)) {
      refuse(`Property '${driver}.tpmdev' can't find value '${tpm}'`);
    }
    if (driver === 'vfio-pci' && values['host'] === undefined && values['sysfsdev'] === undefined) {
      refuse('No provided host device', undefined, [
        'Use -device vfio-pci,host=DDDD:BB:DD.F or -device vfio-pci,sysfsdev=PATH_TO_DEVICE',
      ]);
    }
  }

  /** Checks what QEMU looks at when it has put the device in its place (`realize`). */
  after(device: ColdDevice): void {
    const values = valuesOf(device);
    const driver = this.#typeOf(device);
    this.#checkNeighbours(driver);
    this.#checkSound(driver, values);
    this.#checkScreen(driver);
    this.#checkRom(values);
    this.#checkMigratable(driver);
    checkBlockSizes(driver, values);
    checkScsiPlace(driver, values);
    if (/^(adlib|gus)$/.test(driver) && values['audiodev'] === undefined) notModelled(`the device ${driver}`);
    const [needed = '', refusal = ''] = NEEDS[driver] ?? [];
    if (refusal !== '' && values[needed] === undefined) refuse(refusal);
    if (driver === 'vfio-pci') this.#checkHostDevice(values);
    if (/^(vhost-user-|x-pci-proxy-dev$|pvrdma$)/.test(driver)) notModelled(`the device ${driver}`);
    if (/^virtserialport$|^virtconsole$/.test(driver)) this.#checkPortName(values);
    if (DISKS.test(driver) && values['drive'] !== undefined) this.#checkDisk(driver, values['drive'], values);
  }

  /** Some devices can be there once, or not together with others. */
  #checkNeighbours(driver: string): void {
    const { exclusions } = this.#context.rules;
    const found = exclusions.find(
      ({ model, beside }) => model === driver && beside.some((other) => this.#models.has(other)),
    );
    if (found !== undefined) refuse(found.text);
    this.#models.add(driver);
  }

  /** Checks that a sound card has an audio backend: the one that it names, or the machine's default. */
  #checkSound(driver: string, values: Values): void {
    const context = this.#context;
    if (values['audiodev'] !== undefined || !machineRules(context.profile).soundNeedsBackend) return;
    if (context.types.properties(driver)?.some(({ name }) => name === 'audiodev') !== true) return;
    if (!context.has('nodefaults') || context.has('audio')) return;
    const backend = context.of('audiodev')[0]?.get('id');
    const hint =
      backend === undefined ? [] : [`Perhaps you wanted to use -audio or set audiodev=${backend}?`];
    refuse('no default audio driver available', undefined, hint);
  }

  /** A ROM of its own is a file, or one of those that QEMU brings along. */
  #checkRom({ romfile }: Values): void {
    if (romfile === undefined || romfile === '' || /^(efi-|pxe-|vgabios).*\.(rom|bin)$/.test(romfile)) return;
    if (this.#context.file.whyNotReadable(romfile) !== undefined)
      refuse(`failed to find romfile "${romfile}"`);
  }

  /** A device of the host has to be there (`vfio_realize`). */
  #checkHostDevice({ host = '', sysfsdev }: Values): void {
    const address = /^[\da-f]{1,2}:/i.test(host) && host.split(':').length === 2 ? `0000:${host}` : host;
    const path = sysfsdev ?? `/sys/bus/pci/devices/${address}`;
    const why = this.#context.file.whyNotReadable(path);
    if (why !== undefined) refuse(`vfio ${path}: no such host device: ${why}`);
    notModelled('devices of the host');
  }

  #checkMigratable(driver: string): void {
    if (!this.#context.has('only-migratable') || !UNMIGRATABLE.test(driver)) return;
    refuse(`Device ${driver} is not migratable, but --only-migratable was specified`);
  }

  #checkScreen(driver: string): void {
    const { types } = this.#context;
    if (!types.has(driver) || types.find(driver)?.categories.includes('Display') !== true) return;
    if (FIRST.test(driver) && this.#screens > 0) {
      refuse(`primary ${driver} device must be console 0 (first display device on the command line)`);
    }
    this.#screens += 1;
  }

  /** Without a bus of its own, a device comes on the newest one, on which there may be bridges alone. */
  #checkExpander(type: string, { bus }: Values): void {
    const { types, machine } = this.#context;
    // Only one of them goes with each kind of board.
    if (type === 'pxb-pcie' && machine.kind === 'pc') refuse('pxb-pcie devices cannot reside on a PCI bus');
    if (type === 'pxb' && machine.kind === 'pc') notModelled('the device pxb');
    if (!types.has(type)) return;
    const isBridge = ['pci-bridge', 'pcie-slot', 'pcie-root-port-base'].some(
      (base) => types.has(base) && types.is(type, base),
    );
    if (this.#expanded && bus === undefined && types.find(type)?.bus === 'PCI' && !isBridge) {
      refuse('PCI: Only PCI/PCIe bridges can be plugged into pxb-pcie');
    }
    if (type === 'pxb-pcie') this.#expanded = true;
  }

  /** A port's name is its own on its bus. */
  #checkPortName({ name, bus }: Values): void {
    if (name === undefined) return;
    const controllers = this.#context
      .of('device')
      .filter((one) => (one.get('driver') ?? '').startsWith('virtio-serial'));
    const key = controllers.length > 1 ? `${bus ?? ''} ${name}` : name;
    if (this.#ports.has(key)) refuse(`virtio-serial-bus: A port already exists by name ${name}`);
    this.#ports.add(key);
  }

  #typeOf(device: ColdDevice): string {
    const { driver = '' } = valuesOf(device);
    return this.#context.types.list().find(({ alias }) => alias === driver)?.name ?? driver;
  }

  #drive(id: string): Drive | undefined {
    return drives(this.#context).find((drive) => drive.id === id);
  }

  #checkDisk(driver: string, id: string, values: Values): void {
    const drive = this.#drive(id);
    const node = blockNodes(this.#context).get(id);
    if (drive !== undefined && drive.bus !== 'none' && drive.bus !== 'virtio') {
      refuse(
        `Drive '${id}' is already in use because it has been automatically connected to another device (did you need 'if=none' in the drive options?)`,
      );
    }
    if (drive?.empty === true && driver === 'nvme') refuse('could not get blockdev size: No medium found');
    if (drive?.empty === true && !WITHOUT_MEDIUM.test(driver))
      refuse('Device needs media, but drive is empty');
    const readOnly = drive?.readOnly === true || node?.readOnly === true;
    if (readOnly && WRITERS.test(driver)) refuse('Block node is read-only');
    if (/^scsi-(block|generic)$/.test(driver)) {
      refuse('cannot get SG_IO version number: Operation not supported', undefined, [
        'Is this a SCSI device?',
      ]);
    }
    const path = drive?.path ?? node?.path;
    if (path === undefined || readOnly || WITHOUT_MEDIUM.test(driver) || values['share-rw'] === 'on') return;
    if (this.#context.has('snapshot') && drive !== undefined) return;
    if (this.#writers.has(path) && !this.#taken.has(id)) {
      refuse('Failed to get "write" lock', undefined, [`Is another process using the image [${path}]?`]);
    }
    this.#writers.add(path);
    this.#taken.add(id);
  }
}

type Values = Readonly<Record<string, string>>;

function valuesOf({ args }: ColdDevice): Values {
  return Object.fromEntries([...args].map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: QValue): string {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : printCompact(value);
}

/** Sizes and queues of a disk on virtio. */
function checkBlockSizes(driver: string, values: Values): void {
  if (!driver.startsWith('virtio-blk')) return;
  const number = (name: string): number | undefined =>
    values[name] === undefined ? undefined : Number(values[name]);
  if (number('num-queues') === 0) refuse('num-queues property must be larger than 0');
  const size = number('queue-size');
  if (size !== undefined && (size < 3 || size > 1024 || Math.log2(size) % 1 !== 0)) {
    refuse(`invalid queue-size property (${size}), must be a power of 2 (max 1024)`);
  }
}

/** A place on a SCSI bus (`scsi_bus_check_address`), as far as every controller has it. */
function checkScsiPlace(driver: string, values: Values): void {
  if (!/^scsi-(hd|cd|block|generic)$/.test(driver)) return;
  if (Number(values['channel'] ?? 0) > 0) refuse(`bad scsi channel id: ${values['channel']}`);
  if (Number(values['scsi-id'] ?? 0) > 255) refuse(`bad scsi device id: ${values['scsi-id']}`);
}

/** Graphics cards that the board has made itself. */
function screensOfBoard(context: StartContext): number {
  const { kind } = context.machine;
  if (!/^(pc|q35|isapc)$/.test(kind)) return 0;
  const asked = context.last('vga')?.argument;
  if (asked !== undefined) return asked === 'none' ? 0 : 1;
  const replaced = context.of('device').some((option) => /vga/i.test(option.get('driver') ?? ''));
  return context.has('nodefaults') || replaced ? 0 : 1;
}

/** Models of graphics cards by the words of `-vga`. */
const VGA: Readonly<Record<string, string>> = {
  std: 'VGA',
  cirrus: 'cirrus-vga',
  vmware: 'vmware-svga',
  qxl: 'qxl-vga',
};

/** Models of the cards that options ask the board for. */
function cardsOfBoard(context: StartContext): readonly string[] {
  if (!/^(pc|q35)$/.test(context.machine.kind)) return [];
  const screen = context.last('vga')?.argument ?? '';
  const networks = context.of('nic', 'net').flatMap((option) => option.get('model') ?? []);
  return [...(Object.hasOwn(VGA, screen) ? [VGA[screen] ?? screen] : []), ...networks];
}
