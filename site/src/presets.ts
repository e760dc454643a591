/** A machine to begin with, and commands to try on it. */
export interface Preset {
  readonly name: string;
  readonly args: string;
  readonly steps: readonly string[];
}

const command = (execute: string, args?: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(args === undefined ? { execute } : { execute, arguments: args });

export const PRESETS: readonly Preset[] = [
  {
    name: 'A cloud VM',
    args: `-name web -machine q35 -nodefaults -m 2G -smp 2 -display none
-blockdev driver=qcow2,node-name=disk,file.driver=file,file.filename=disk.qcow2
-device virtio-blk-pci,drive=disk,id=disk0
-netdev user,id=net0 -device virtio-net-pci,netdev=net0,id=nic0`,
    steps: [
      command('query-status'),
      command('query-named-block-nodes', { flat: true }),
      command('stop'),
      command('set_link', { name: 'nic0', up: 'yes' }),
      command('blockdev-snapshot-sync', {
        'node-name': 'disk',
        'snapshot-file': 'snap.qcow2',
        'snapshot-node-name': 'snap',
      }),
      command('cont'),
      command('system_powerdown'),
    ],
  },
  {
    name: 'A desktop',
    args: `-name desktop -machine pc -nodefaults -m 1G -vga std -vnc :1 -S
-device qemu-xhci,id=usb -device usb-tablet,bus=usb.0,id=tablet
-device virtio-scsi-pci,id=scsi -device scsi-cd,id=cd0`,
    steps: [
      command('query-mice'),
      command('cont'),
      command('query-vnc'),
      command('send-key', { keys: [{ type: 'qcode', data: 'ret' }] }),
      command('blockdev-change-medium', { id: 'cd0', filename: 'install.iso' }),
      command('query-block'),
      'info status',
      command('eject', { id: 'cd0', force: true }),
    ],
  },
  {
    name: 'Hot-plug',
    args: '-machine pc -nodefaults -m 512M -display none',
    steps: [
      command('netdev_add', { type: 'user', id: 'net0' }),
      command('device_add', { driver: 'virtio-net-pci', id: 'nic0', netdev: 'net0' }),
      command('device_add', { driver: 'virtio-net-pci', id: 'nic0', netdev: 'net0' }),
      command('device_add', { driver: 'virtio-nett', id: 'nic1' }),
      command('device_del', { id: 'nic0' }),
      command('netdev_del', { id: 'net0' }),
    ],
  },
  {
    name: 'A failing migration',
    args: '-machine pc -nodefaults -m 256M -display none',
    steps: [
      command('migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] }),
      command('migrate', { uri: 'tcp:127.0.0.1:4444' }),
      command('query-migrate'),
      command('migrate', { uri: 'carrier-pigeon:home' }),
      command('query-status'),
    ],
  },
];
