import { join } from 'node:path';

/** A disk image. */
export interface Disk {
  name: string;
  file: string;
  format: 'raw' | 'qcow2';
}

/** A network card in QEMU's user network. */
export interface Nic {
  name: string;
  mac: string;
}

/** A machine as it is wanted. */
export interface VmSpec {
  name: string;
  /** In MiB. */
  memory: number;
  cpus: number;
  disks: Disk[];
  nics: Nic[];
}

/** Files of a machine, in its directory. */
export interface VmFiles {
  readonly qmp: string;
  readonly vnc: string;
  readonly pid: string;
  readonly spec: string;
  readonly screen: string;
}

export function filesOf(directory: string): VmFiles {
  const at = (name: string): string => join(directory, name);
  return {
    qmp: at('qmp.sock'),
    vnc: at('vnc.sock'),
    pid: at('qemu.pid'),
    spec: at('vm.json'),
    screen: at('screen.ppm'),
  };
}

/** The block node of a disk, for `-blockdev` and `blockdev-add`. */
export function nodeOf({ name, file, format }: Disk): Record<string, unknown> {
  return { driver: format, 'node-name': `node-${name}`, file: { driver: 'file', filename: file } };
}

/** The device of a disk, for `-device` and `device_add`. */
export function deviceOf({ name }: Disk): Record<string, string> {
  return { driver: 'scsi-hd', id: `disk-${name}`, drive: `node-${name}`, bus: 'scsi0.0' };
}

/** The device of a network card. */
export function cardOf({ name, mac }: Nic): Record<string, string> {
  return { driver: 'virtio-net-pci', id: `nic-${name}`, netdev: `net-${name}`, mac };
}

/** QEMU's command line for a machine. */
export function commandLine(spec: VmSpec, files: VmFiles): string[] {
  const device = (values: Record<string, string>): string[] => {
    const { driver, ...rest } = values;
    return ['-device', [driver, ...Object.entries(rest).map(([key, value]) => `${key}=${value}`)].join(',')];
  };
  return [
    ...['-name', `guest=${spec.name}`, '-machine', 'q35', '-accel', 'tcg', '-nodefaults', '-no-user-config'],
    ...['-m', `${spec.memory}`, '-smp', `${spec.cpus}`, '-vga', 'std', '-display', 'none'],
    ...['-vnc', `unix:${files.vnc},password=on`],
    ...['-qmp', `unix:${files.qmp},server=on,wait=off`, '-pidfile', files.pid],
    ...device({ driver: 'virtio-scsi-pci', id: 'scsi0' }),
    ...device({ driver: 'virtio-balloon-pci', id: 'balloon0' }),
    ...device({ driver: 'ide-cd', id: 'cd0' }),
    ...spec.disks.flatMap((disk) => ['-blockdev', JSON.stringify(nodeOf(disk)), ...device(deviceOf(disk))]),
    ...spec.nics.flatMap((nic) => ['-netdev', `user,id=net-${nic.name}`, ...device(cardOf(nic))]),
  ];
}
