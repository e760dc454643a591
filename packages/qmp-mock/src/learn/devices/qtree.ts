/** A bus as `info qtree` prints it; the newest device comes first. */
export interface TreeBus {
  readonly name: string;
  type: string;
  readonly devices: TreeDevice[];
}

/** A device as `info qtree` prints it. */
export interface TreeDevice {
  readonly type: string;
  readonly id: string;
  /** Its properties, as text. */
  readonly properties: Map<string, string>;
  readonly buses: TreeBus[];
}

/** Reads what `info qtree` of the human monitor prints. */
export function parseQtree(text: string): TreeBus[] {
  const roots: TreeBus[] = [];
  /** The buses and devices that a line may belong to, with their indentation. */
  const open: { indent: number; buses?: TreeBus[]; bus?: TreeBus; device?: TreeDevice }[] = [
    { indent: -1, buses: roots },
  ];
  for (const line of text.replaceAll('\r', '').split('\n')) {
    const indent = line.length - line.trimStart().length;
    const [, busName] = /^bus: (.*)$/.exec(line.trimStart()) ?? [];
    const [, type, id = ''] = /^dev: ([^,]+), id "(.*)"$/.exec(line.trimStart()) ?? [];
    if (busName === undefined && type === undefined) {
      const { bus, device } = open.at(-1)!;
      const [, busType] = /^type (.*)$/.exec(line.trim()) ?? [];
      if (bus !== undefined && bus.type === '' && busType !== undefined) bus.type = busType;
      const [, name, value] = /^([\w.[\]-]+) = (.*)$/.exec(line.trim()) ?? [];
      if (device !== undefined && name !== undefined && value !== undefined)
        device.properties.set(name, value);
      continue;
    }
    while (open.at(-1)!.indent >= indent) open.pop();
    const { buses = [], bus: parent } = open.at(-1)!;
    if (busName !== undefined) {
      const bus: TreeBus = { name: busName, type: '', devices: [] };
      buses.push(bus);
      open.push({ indent, bus });
    } else if (type !== undefined) {
      const device: TreeDevice = { type, id, properties: new Map(), buses: [] };
      parent?.devices.push(device);
      open.push({ indent, device, buses: device.buses });
    }
  }
  return roots;
}

/** The device of that id, wherever it is. */
export function findDevice(buses: readonly TreeBus[], id: string): TreeDevice | undefined {
  for (const { devices } of buses) {
    for (const device of devices) {
      const found = device.id === id ? device : findDevice(device.buses, id);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
