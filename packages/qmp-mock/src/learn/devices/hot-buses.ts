import type { Monitor } from '../qemu/monitor.ts';
import type { IsHot } from './bus-record.ts';
import type { TreeBus } from './qtree.ts';

/**
 * A model that goes on a bus of each type, and that nothing has to be given: QEMU then looks at the bus
 * alone.
 */
const PROBES: Readonly<Record<string, string>> = {
  PCI: 'pci-testdev',
  PCIE: 'pci-testdev',
  'usb-bus': 'usb-tablet',
  SCSI: 'scsi-cd',
  'virtio-serial-bus': 'virtserialport',
  'nvme-bus': 'nvme-ns',
  'ccid-bus': 'ccid-card-passthru',
};
const REFUSAL = /does not support hotplugging/;

/**
 * Finds out to which buses of a running machine devices may come, by trying; what comes goes with the
 * machine.
 */
export async function hotBuses(monitor: Monitor, roots: readonly TreeBus[]): Promise<IsHot> {
  const hot = new Set<TreeBus>();
  for (const bus of allBuses(roots)) {
    const driver = Object.hasOwn(PROBES, bus.type) ? PROBES[bus.type] : undefined;
    if (driver === undefined) continue;
    const refusal = await monitor.refusal({ execute: 'device_add', arguments: { driver, bus: bus.name } });
    if (refusal === undefined || !REFUSAL.test(refusal)) hot.add(bus);
  }
  return (bus) => hot.has(bus);
}

function* allBuses(roots: readonly TreeBus[]): Generator<TreeBus> {
  for (const bus of roots) {
    yield bus;
    for (const { buses } of bus.devices) yield* allBuses(buses);
  }
}
