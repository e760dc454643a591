import { hmpTable, notModelledLine, type HmpTable } from '../hmp/command.ts';
import type { MachineObjects } from './machine-objects.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { TypeTable } from '../types/type-table.ts';
import type { Bus, Device } from '../qdev/device-tree.ts';
import type { Devices } from '../qdev/devices.ts';

/** Parts of the machine that {@link UsbView} needs. */
export interface UsbViewParts {
  readonly setup: Setup;
  readonly types: () => TypeTable;
  readonly devices: Devices;
  readonly objects: MachineObjects;
  /** Whether the guest has not run yet: a guest gives devices their addresses. */
  readonly isUntouched: () => boolean;
}

/** Line of `info qtree` that tells of a USB device. */
const LINE = /^=addr [^,]*, port [^,]*, speed (\d+), name (.*), attached$/;

/** USB devices as `info usb` shows them. */
export class UsbView implements Subsystem {
  readonly #parts: UsbViewParts;

  constructor(parts: UsbViewParts) {
    this.#parts = parts;
  }

  infoTopics(): HmpTable {
    const { setup, devices, types, isUntouched } = this.#parts;
    return hmpTable({
      usb: (context) => {
        if (setup.beside('usb') !== undefined) return notModelledLine(context);
        const buses = devices.plugged.flatMap((device) =>
          device.buses.filter(({ type }) => types().is(type, 'usb-bus')),
        );
        if (buses.length === 0) return ['Error: USB support not enabled'];
        if (!isUntouched()) return notModelledLine(context);
        return buses.flatMap((bus, number) =>
          bus.devices
            .toReversed()
            .map((device) => this.#line(bus, number, device) ?? notModelledLine(context)),
        );
      },
    });
  }

  #line(bus: Bus, number: number, device: Device): string | undefined {
    const { id, usbPort } = device;
    const owner = this.#parts.devices.ownerOf(bus);
    const recorded = this.#parts.objects.recordOf(device)?.tree.find((line) => LINE.test(line));
    // How fast a device is depends on its controller: they were recorded on xHCI.
    if (recorded === undefined || usbPort === undefined || owner?.type.includes('xhci') !== true)
      return undefined;
    const [, speed, product] = LINE.exec(recorded)!;
    const shown = id === undefined ? '' : `, ID: ${id}`;
    return `  Device ${number}.0, Port ${usbPort}, Speed ${speed} Mb/s, Product ${product}${shown}`;
  }
}
