import type { GivenOption } from '../machine-options.ts';
import { departures, type Deleted } from './departure.ts';
import type { Device } from './device-tree.ts';
import type { Devices } from './devices.ts';
import { hotplugHandler, type HotplugHandler } from './hotplug-handler.ts';
import type { UnpluggableDevices } from './unplugging.ts';

/** Parts of the machine that {@link UnplugRules} needs. */
export interface UnplugRulesParts {
  readonly devices: Devices;
  /** The machine's type. */
  readonly machine: string;
  /** The options of the command line. */
  readonly given: readonly GivenOption[];
}

/** The bridges of PCI, ports among them. */
const BRIDGE = 'base-pci-bridge';

/** The rules by which the devices of a machine leave it. */
export class UnplugRules implements UnpluggableDevices {
  readonly #parts: UnplugRulesParts;

  constructor(parts: UnplugRulesParts) {
    this.#parts = parts;
  }

  handlerOf(device: Device): HotplugHandler {
    const { devices, ...board } = this.#parts;
    return hotplugHandler({ ...board, types: devices.types, tree: devices.tree }, device);
  }

  checkUnplug(device: Device): void {
    this.#parts.devices.places.checkUnplug(device);
  }

  companionsOf(device: Device, handler: HotplugHandler): readonly Device[] {
    const { devices } = this.#parts;
    if (!devices.has(device)) return [];
    const { bus, devfn } = device;
    if (bus === undefined || devfn === undefined) return [device];
    const slot = bus.devices.filter((other) => other.devfn !== undefined && other.devfn >> 3 === devfn >> 3);
    // ACPI goes through the bus, newest first; a port through the functions.
    return handler === 'acpi' ? slot : slot.toSorted((a, b) => a.devfn! - b.devfn!);
  }

  isEjectable({ type, hotplugged }: Device): boolean {
    return hotplugged === true || !this.#parts.devices.types.is(type, BRIDGE);
  }

  inOrder(wanted: Iterable<Device>): readonly Device[] {
    const all = new Set(wanted);
    return [...this.#parts.devices.tree.buses()].flatMap((bus) =>
      bus.devices.filter((device) => all.has(device)).toSorted((a, b) => (a.devfn ?? 0) - (b.devfn ?? 0)),
    );
  }

  forget(device: Device): readonly Deleted[] {
    const { devices } = this.#parts;
    const deleted = [...departures(device, (model) => devices.models.partsOf(model))];
    devices.remove(device);
    return deleted;
  }
}
