import { notModelled } from '../../engine/not-modelled.ts';
import type { GivenOption } from '../machine-options.ts';
import type { TypeTable } from '../types/type-table.ts';
import type { Device, DeviceTree } from './device-tree.ts';
import { kindOf } from './model-table.ts';

/**
 * How a device is unplugged. `at-once`: nobody is asked. `acpi`: the guest ejects it; so does a reset.
 * `port`: the guest powers off the port that it's behind, whose button was pressed. `memory`: the guest
 * or a CPU: the guest ejects it, and a reset doesn't.
 */
export type HotplugHandler = 'at-once' | 'acpi' | 'port' | 'memory' | 'cpu';

/** Conditions that {@link hotplugHandler} depends on. */
export interface HandlerContext {
  readonly types: TypeTable;
  readonly tree: DeviceTree;
  /** The machine's type. */
  readonly machine: string;
  /** The options of the command line. */
  readonly given: readonly GivenOption[];
}

/** Buses whose devices go at once; elsewhere the guest has to let them go. */
const WITHOUT_CONSENT = ['usb-bus', 'SCSI', 'virtio-serial-bus', 'ccid-bus', 'nvme-bus'];
/** The type of the ports that others are plugged into. */
const PORT = 'pcie-slot';
/** Takes hot-plugging behind the bridges of a q35 away from ACPI. */
const NATIVE = /^ICH9-LPC\.acpi-pci-hotplug-with-bridge-support=(off|no|false|n)$/;
/** The first q35 on which ACPI has it. */
const FIRST_WITH_ACPI = [6, 1] as const;

/** Finds the way in which a device is unplugged (`qdev_get_hotplug_handler`). */
export function hotplugHandler(context: HandlerContext, device: Device): HotplugHandler {
  const { types, tree, machine } = context;
  const { bus, type } = device;
  if (bus === undefined) {
    if (types.is(type, 'x86_64-cpu')) return 'cpu';
    return types.is(type, 'pc-dimm') ? 'memory' : notModelled(`unplugging ${type}`);
  }
  if (WITHOUT_CONSENT.some((kind) => types.is(bus.type, kind))) return 'at-once';
  const owner = tree.ownerOf(bus);
  const atPort = owner !== undefined && types.is(owner.type, PORT);
  // ACPI knows the bridges that were there when its tables were made.
  const isNative = owner?.hotplugged === true || isNativeBoard(context);
  if (isNative && atPort) return 'port';
  if (isNative || !/^(pc|q35)$/.test(kindOf(machine))) return notModelled(`unplugging ${type} from this bus`);
  return 'acpi';
}

function isNativeBoard({ machine, given }: HandlerContext): boolean {
  const globals = given.filter(({ name }) => name === 'global').map(({ argument }) => argument);
  if (globals.some((argument) => argument.startsWith('PIIX4_PM.acpi-'))) {
    notModelled('unplugging with -global PIIX4_PM');
  }
  if (kindOf(machine) !== 'q35') return false;
  const [, major = '', minor = ''] = /^pc-q35-(\d+)\.(\d+)$/.exec(machine) ?? [];
  const [firstMajor, firstMinor] = FIRST_WITH_ACPI;
  const isOld =
    major !== '' &&
    (Number(major) < firstMajor || (Number(major) === firstMajor && Number(minor) < firstMinor));
  return isOld || globals.some((argument) => NATIVE.test(argument));
}
