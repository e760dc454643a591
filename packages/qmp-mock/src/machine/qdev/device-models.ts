/** What the machine knows of a device model: the bus that it needs, and the property that it cannot do without. */
export interface DeviceModel {
  /** Type of bus. */
  readonly bus: 'PCI' | 'usb-bus' | 'ISA' | 'SCSI' | 'IDE' | 'virtio-serial-bus';
  /** Refusal of a device that was given nothing to work with. */
  readonly needs?: string;
}

/** Names of device models, by what they have in common; the first that fits counts. */
const MODELS: readonly (readonly [RegExp, DeviceModel])[] = [
  [
    /^(virtio-blk|vhost-user-blk)-pci(-(non-)?transitional)?$/,
    { bus: 'PCI', needs: 'drive property not set' },
  ],
  [
    /^virtio-(net|rng|balloon|scsi|serial|9p|input-host|keyboard|mouse|tablet|gpu|crypto|iommu|mem|pmem)-pci(-(non-)?transitional)?$/,
    { bus: 'PCI' },
  ],
  [/^(e1000(e|-82544gc|-82545em)?|rtl8139|ne2k_pci|pcnet|vmxnet3|i8255\w+|igb|tulip)$/, { bus: 'PCI' }],
  [/^(VGA|cirrus-vga|bochs-display|secondary-vga|virtio-vga|ramfb|vmware-svga|qxl(-vga)?)$/, { bus: 'PCI' }],
  [
    /^(i6300esb|ivshmem-(plain|doorbell)|edu|pci-(bridge|serial(-2x|-4x)?|testdev)|pvpanic-pci)$/,
    { bus: 'PCI' },
  ],
  [
    /^((ich9-)?(usb-(e|u)hci\d?)|(piix\d|vt82c686b)-usb-uhci|qemu-xhci|nec-usb-xhci|pci-ohci|usb-ehci)$/,
    { bus: 'PCI' },
  ],
  [
    /^(ich9-)?ahci$|^(piix\d|cmd646)-ide$|^(lsi53c8\w+|megasas(-gen2)?|mptsas1068|pvscsi|am53c974|dc390|sdhci-pci)$/,
    { bus: 'PCI' },
  ],
  [/^(AC97|ES1370|intel-hda|ich9-intel-hda|virtio-sound-pci)$/, { bus: 'PCI' }],
  [/^nvme$/, { bus: 'PCI', needs: 'drive property not set' }],
  [/^usb-storage$/, { bus: 'usb-bus', needs: 'drive property not set' }],
  [
    /^usb-(mouse|tablet|kbd|hub|net|serial|braille|audio|host|redir|ccid|uas|bot|mtp|wacom-tablet)$/,
    { bus: 'usb-bus' },
  ],
  [/^isa-(serial|parallel|debugcon|debug-exit|ide|fdc|vga|cirrus-vga|applesmc|ipmi-\w+)$/, { bus: 'ISA' }],
  [/^(ib700|pvpanic|ne2k_isa|sb16|adlib|cs4231a|gus|sga)$/, { bus: 'ISA' }],
  [/^scsi-(hd|cd|block|generic)$/, { bus: 'SCSI', needs: 'drive property not set' }],
  [/^ide-hd$/, { bus: 'IDE', needs: 'No drive specified' }],
  [/^ide-(cd|cf)$/, { bus: 'IDE' }],
  [/^virt(serialport|console)$/, { bus: 'virtio-serial-bus' }],
];

/** Types that devices are made from, but that are none themselves. */
const ABSTRACT = new Set([
  'device',
  'pci-device',
  'usb-device',
  'isa-device',
  'sys-bus-device',
  'virtio-device',
  'machine',
]);

/** The device model of that name, `abstract`, or `undefined` where there is none. */
export function deviceModel(name: string): DeviceModel | 'abstract' | undefined {
  if (ABSTRACT.has(name)) return 'abstract';
  return MODELS.find(([pattern]) => pattern.test(name))?.[1];
}
