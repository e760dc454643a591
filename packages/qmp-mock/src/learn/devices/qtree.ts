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

/** The device with that id, wherever it is. */
export function findDevice(buses: readonly TreeBus[], id: string): TreeDevice | undefined {
  for (const { devices } of buses) {
    for (const device of devices) {
      const found = device.id === id ? device : findDevice(device.buses, id);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * The lines of `info qtree` for a device and its parts. A property is given by its name; any other line is
 * kept, after an equals sign and with `%` for the id. The PCI part of a device follows from `query-pci`.
 */
export function qtreeLines(text: string, id: string): string[] {
  const lines = text.replaceAll('\r', '').split('\n');
  const start = lines.findIndex((line) => line.endsWith(`, id "${id}"`));
  if (start < 0) return [];
  const found: string[] = [];
  const indent = indentOf(lines[start]!) + 2;
  for (const line of lines.slice(start + 1)) {
    if (indentOf(line) < indent) break;
    if (/^ *(class .*, addr |bar \d)/.test(line)) continue;
    const own = line.trimStart();
    const [, name] = /^([\w.[\]-]+) = /.exec(own) ?? [];
    const bus = own.startsWith(`bus: ${id}`) ? `bus: %${own.slice(5 + id.length)}` : own;
    found.push(`${' '.repeat(indentOf(line) - indent)}${name ?? `=${bus}`}`);
  }
  return found;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
