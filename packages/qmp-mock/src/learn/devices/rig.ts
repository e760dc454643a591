/** The id that a model is plugged in with. */
export const ID = 'd0';

/** Something of each kind that a device may be given. */
const BACKENDS: readonly string[] = [
  ['-blockdev', 'null-co,node-name=b0,size=1048576'],
  ['-netdev', 'hubport,id=n0,hubid=0'],
  ['-chardev', 'null,id=c0'],
  ['-object', 'memory-backend-ram,id=m0,size=64M'],
  ['-object', 'cryptodev-backend-builtin,id=cr0'],
  ['-object', 'can-bus,id=can0'],
  ['-audiodev', 'none,id=a0'],
].flat();

/** A machine with a bus of each kind. */
export const RIG: readonly string[] = [
  ...['-machine', 'q35', '-nodefaults', '-m', '128,slots=4,maxmem=1G', '-S'],
  ...BACKENDS,
  ...[
    'ipmi-bmc-sim,id=bmc0',
    'pcie-root-port,id=rp1,chassis=1,slot=1',
    'qemu-xhci,id=xhci',
    'virtio-scsi-pci,id=scsi0',
    'virtio-serial-pci,id=vser',
    'ich9-intel-hda,id=hda',
    'nvme,id=nv,serial=s',
    'usb-ccid,id=ccid',
    'tpci200,id=tp',
    'sdhci-pci,id=sdh',
    'isa-fdc,id=fdc',
  ].flatMap((device) => ['-device', device]),
];

/**
 * A machine with one port, out of which a device goes as soon as it is asked to: the port was never powered.
 */
export const PORT_RIG: readonly string[] = [
  ...['-machine', 'q35', '-nodefaults', '-S'],
  ...BACKENDS,
  ...['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off'],
  ...['-device', 'pcie-root-port,id=rp1,chassis=1,slot=1'],
];

/** A machine that takes devices of most kinds while it runs. */
export const HOT_RIG: readonly string[] = [
  ...['-machine', 'pc', '-nodefaults', '-S'],
  ...[
    'qemu-xhci,id=xhci',
    'virtio-scsi-pci,id=scsi0',
    'virtio-serial-pci,id=vser',
    'pci-bridge,id=br,chassis_nr=9',
    'usb-ccid,id=cc',
    'intel-hda,id=h',
    'nvme,id=nv,serial=s',
  ].flatMap((device) => ['-device', device]),
];

/** Properties that are tried, one set after another, until QEMU takes the model. */
export const HINTS: readonly (readonly (readonly [name: string, value: string])[])[] = [
  [],
  [['drive', 'b0']],
  [['serial', 's']],
  [
    ['drive', 'b0'],
    ['serial', 's'],
  ],
  [['chardev', 'c0']],
  [['memdev', 'm0']],
  [['bmc', 'bmc0']],
  [['cryptodev', 'cr0']],
  [['chassis_nr', '5']],
  [['canbus', 'can0']],
  [['canbus0', 'can0']],
  [['audiodev', 'a0']],
  [['netdev', 'n0']],
];
