import type { Dice } from './dice.ts';
import { blockdevUnits, driveUnits } from './storage.ts';
import { chardevUnits, netdevUnits } from './backends.ts';
import type { Unit } from './options.ts';
import type { Board, World } from './world.ts';

/** Properties of a device beside its model and id; in order. */
export type Properties = readonly (readonly [name: string, value: string | number | boolean])[];

/** A device to be plugged: its model, properties, and the options that have to stand before it. */
export interface Plug {
  readonly model: string;
  readonly properties: Properties;
  readonly before: readonly Unit[];
}

type Maker = (dice: Dice, world: World, hot: boolean) => Plug | undefined;

const plug = (model: string, properties: Properties = [], before: readonly Unit[] = []): Plug => ({
  model,
  properties,
  before,
});
const just =
  (...models: readonly string[]): Maker =>
  (dice) =>
    plug(dice.pick(models));

/** A node or drive for a disk: one that is free, or a new one. */
function disk(dice: Dice, world: World, hot: boolean): { name: string; before: Unit[] } | undefined {
  if (world.freeNodes.length > 0 && (hot || dice.percent(40))) {
    const name = world.take(dice, world.freeNodes);
    if (name !== undefined) return { name, before: [] };
  }
  if (hot) return world.nodes.length > 0 ? { name: dice.pick(world.nodes), before: [] } : undefined;
  const before = dice.percent(55) ? blockdevUnits(dice, world) : driveUnits(dice, world);
  const name = world.freeNodes.pop();
  return name === undefined ? undefined : { name, before };
}

/** A bus of the devices that are there, or a controller that is to be plugged first. */
function busOf(
  world: World,
  hot: boolean,
  controllers: readonly string[],
  suffix = '.0',
  make?: string,
): { bus?: string; before: Unit[] } {
  const there = world.devicesOf(...controllers)[0];
  if (there !== undefined) return { bus: `${there}${suffix}`, before: [] };
  if (hot || make === undefined) return { before: [] };
  const id = `${make.split('-')[1] ?? make}ctl`;
  world.devices.push({ id, model: make });
  return { bus: `${id}${suffix}`, before: [['-device', `${make},id=${id}`]] };
}

const SCSI = ['virtio-scsi-pci', 'lsi53c895a', 'megasas', 'mptsas1068', 'pvscsi', 'virtio-scsi-device'];
const USB = ['qemu-xhci', 'nec-usb-xhci', 'usb-ehci', 'piix3-usb-uhci', 'ich9-usb-uhci1'];

const virtioBlk =
  (model: string): Maker =>
  (dice, world, hot) => {
    const found = disk(dice, world, hot);
    if (!found) return undefined;
    const iothread = world.objectsOf('iothread')[0];
    const more: [string, string | number | boolean][] = dice.weighted([
      [6, []],
      [1, [['serial', 'abc']]],
      [1, [['bootindex', dice.integer(0, 3)]]],
      [1, [['write-cache', 'on']]],
      [1, [['num-queues', 2]]],
      [1, iothread === undefined ? [] : [['iothread', iothread]]],
      [
        1,
        [
          ['logical_block_size', 512],
          ['physical_block_size', 4096],
        ],
      ],
    ]);
    return plug(model, [['drive', found.name], ...more], found.before);
  };

const scsiDisk: Maker = (dice, world, hot) => {
  const { bus, before } = busOf(
    world,
    hot,
    SCSI,
    '.0',
    world.board === 'microvm' ? 'virtio-scsi-device' : 'virtio-scsi-pci',
  );
  const found = disk(dice, world, hot);
  if (!found) return undefined;
  const model = dice.weighted(
    [
      [6, 'scsi-hd'],
      [2, 'scsi-cd'],
      [1, 'scsi-block'],
      [1, 'scsi-generic'],
    ].slice(0, dice.percent(90) ? 2 : 4) as [number, string][],
  );
  const more: [string, string | number][] = dice.weighted([
    [4, []],
    [
      1,
      [
        ['scsi-id', dice.integer(0, 3)],
        ['lun', 0],
      ],
    ],
    [
      1,
      [
        ['channel', 0],
        ['scsi-id', 1],
        ['lun', 0],
      ],
    ],
    [1, [['serial', 'abc']]],
    [1, [['bootindex', 1]]],
  ]);
  return plug(
    model,
    [
      ['drive', found.name],
      ...(bus !== undefined && dice.percent(75) ? [['bus', bus] as const] : []),
      ...more,
    ],
    [...before, ...found.before],
  );
};

const ideDisk: Maker = (dice, world, hot) => {
  const found = dice.percent(20) ? { name: '', before: [] } : disk(dice, world, hot);
  if (!found) return undefined;
  const model =
    found.name === ''
      ? 'ide-cd'
      : dice.weighted([
          [3, 'ide-hd'],
          [1, 'ide-cd'],
        ]);
  const bus = dice.percent(40)
    ? [['bus', `ide.${dice.integer(0, world.board === 'q35' ? 5 : 1)}`] as const]
    : [];
  return plug(model, [...(found.name === '' ? [] : [['drive', found.name] as const]), ...bus], found.before);
};

const nvme: Maker = (dice, world, hot) => {
  const found = disk(dice, world, hot);
  return (
    found &&
    plug(
      'nvme',
      [
        ['drive', found.name],
        ['serial', 'deadbeef'],
      ],
      found.before,
    )
  );
};

const usbDevice =
  (...models: readonly string[]): Maker =>
  (dice, world, hot) => {
    const { bus, before } = busOf(
      world,
      hot,
      USB,
      '.0',
      dice.pick(['qemu-xhci', 'qemu-xhci', 'nec-usb-xhci', 'piix3-usb-uhci']),
    );
    const more: [string, string][] = bus !== undefined && dice.percent(55) ? [['bus', bus]] : [];
    if (dice.percent(15)) more.push(['port', dice.pick(['1', '2', '9'])]);
    return plug(dice.pick(models), more, before);
  };

const usbStorage: Maker = (dice, world, hot) => {
  const { bus, before } = busOf(world, hot, USB, '.0', 'qemu-xhci');
  const found = disk(dice, world, hot);
  return (
    found &&
    plug(
      'usb-storage',
      [['drive', found.name], ...(bus !== undefined && dice.percent(60) ? [['bus', bus] as const] : [])],
      [...before, ...found.before],
    )
  );
};

const card =
  (...models: readonly string[]): Maker =>
  (dice, world, hot) => {
    const before: Unit[] = [];
    const properties: [string, string | number | boolean][] = [];
    if (dice.percent(85)) {
      let netdev =
        world.freeNetdevs.length > 0 && (hot || dice.percent(50))
          ? world.take(dice, world.freeNetdevs)
          : undefined;
      if (netdev === undefined && !hot) {
        before.push(...netdevUnits(dice, world));
        netdev = world.freeNetdevs.pop();
      }
      if (netdev !== undefined) properties.push(['netdev', netdev]);
    }
    if (dice.percent(30))
      properties.push(['mac', dice.pick(['52:54:00:aa:bb:cc', '52:54:00:12:34:57', '52:54:00:12:34:56'])]);
    if (dice.percent(8)) properties.push(['bootindex', dice.integer(0, 2)]);
    if (dice.percent(6)) properties.push(['romfile', '']);
    return plug(dice.pick(models), properties, before);
  };

const port: Maker = (dice, world, hot) => {
  const serial = world.board === 'microvm' ? 'virtio-serial-device' : 'virtio-serial-pci';
  const { bus, before } = busOf(world, hot, ['virtio-serial'], '.0', serial);
  let chardev = world.take(dice, world.freeChardevs);
  const made: Unit[] = [];
  if (chardev === undefined && !hot && dice.percent(85)) {
    made.push(...chardevUnits(dice, world));
    chardev = world.freeChardevs.pop();
  }
  const model = dice.weighted([
    [4, 'virtserialport'],
    [1, 'virtconsole'],
  ]);
  return plug(
    model,
    [
      ...(chardev === undefined ? [] : [['chardev', chardev] as const]),
      ...(model === 'virtserialport'
        ? [['name', dice.pick(['org.qemu.guest_agent.0', 'com.redhat.spice.0', 'org.x'])] as const]
        : []),
      ...(bus !== undefined && dice.percent(40) ? [['bus', bus] as const] : []),
      ...(dice.percent(15) ? [['nr', dice.integer(0, 3)] as const] : []),
    ],
    [...before, ...made],
  );
};

const rng: Maker = (dice, world) => {
  const backend = world.objectsOf('rng-')[0];
  return plug(
    world.board === 'microvm' ? 'virtio-rng-device' : 'virtio-rng-pci',
    backend !== undefined && dice.percent(60)
      ? [['rng', backend]]
      : dice.percent(10)
        ? [
            ['max-bytes', 1024],
            ['period', 1000],
          ]
        : [],
  );
};

const dimm: Maker = (dice, world, hot) => {
  const memory = world.take(dice, world.freeMemory);
  const before: Unit[] = [];
  let name = memory;
  if (name === undefined && !hot) {
    name = world.freshId(dice, 'mem');
    before.push(['-object', `memory-backend-ram,id=${name},size=64M`]);
    world.objects.push({ id: name, type: 'memory-backend-ram' });
  }
  return name === undefined
    ? undefined
    : plug(
        dice.percent(85) ? 'pc-dimm' : 'nvdimm',
        [['memdev', name], ...(dice.percent(10) ? [['slot', 1] as const] : [])],
        before,
      );
};

const rootPort: Maker = (dice, world) => {
  const chassis = world.devicesOf('pcie-root-port', 'ioh3420').length + 1;
  return plug(dice.percent(92) ? 'pcie-root-port' : 'ioh3420', [
    ['chassis', chassis],
    ['slot', chassis],
    ...(dice.percent(15) ? [['bus', 'pcie.0'] as const] : []),
  ]);
};

const sound: Maker = (dice) => {
  const model = dice.pick(['intel-hda', 'ich9-intel-hda', 'AC97', 'ES1370']);
  return plug(model);
};

const cpu: Maker = (dice, world) =>
  plug(dice.percent(80) ? 'qemu64-x86_64-cpu' : 'host-x86_64-cpu', [
    ['socket-id', dice.integer(0, 3)],
    ['core-id', 0],
    ['thread-id', 0],
    ...(world.board === 'q35' && dice.percent(20) ? [['die-id', 0] as const] : []),
  ]);

/** Devices for machines with PCI, by weight. */
const PCI: readonly (readonly [number, Maker])[] = [
  [11, virtioBlk('virtio-blk-pci')],
  [1, virtioBlk('virtio-blk')],
  [9, scsiDisk],
  [6, ideDisk],
  [3, nvme],
  [3, usbStorage],
  [9, usbDevice('usb-tablet', 'usb-tablet', 'usb-kbd', 'usb-mouse')],
  [
    2,
    usbDevice(
      'usb-hub',
      'usb-serial',
      'usb-braille',
      'usb-audio',
      'usb-ccid',
      'usb-net',
      'usb-wacom-tablet',
      'usb-bot',
      'usb-uas',
    ),
  ],
  [11, card('virtio-net-pci')],
  [4, card('e1000')],
  [3, card('e1000e', 'rtl8139', 'vmxnet3', 'pcnet', 'virtio-net', 'ne2k_pci')],
  [5, rng],
  [6, just('virtio-balloon-pci', 'virtio-balloon-pci', 'virtio-balloon')],
  [5, port],
  [3, just('virtio-serial-pci', 'virtio-serial')],
  [4, just('virtio-scsi-pci', 'virtio-scsi-pci', 'lsi53c895a', 'megasas', 'pvscsi', 'mptsas1068')],
  [5, just('qemu-xhci', 'qemu-xhci', 'nec-usb-xhci', 'usb-ehci', 'piix3-usb-uhci', 'ich9-usb-ehci1')],
  [
    4,
    just(
      'VGA',
      'VGA',
      'virtio-vga',
      'virtio-gpu-pci',
      'cirrus-vga',
      'bochs-display',
      'vmware-svga',
      'qxl-vga',
      'ramfb',
      'secondary-vga',
    ),
  ],
  [3, just('virtio-keyboard-pci', 'virtio-mouse-pci', 'virtio-tablet-pci')],
  [2, sound],
  [2, just('i6300esb')],
  [2, just('ich9-ahci', 'ahci', 'sdhci-pci')],
  [2, just('pvpanic', 'vmcoreinfo', 'vmgenid', 'pci-serial', 'isa-debug-exit', 'pvpanic-pci')],
  [1, just('edu', 'pci-testdev', 'virtio-iommu-pci', 'ivshmem-plain', 'generic-sdhci')],
  [
    1,
    just(
      'vfio-pci',
      'tpm-tis',
      'vhost-user-fs-pci',
      'virtio-9p-pci',
      'vhost-vsock-pci',
      'virtio-crypto-pci',
      'ivshmem-plain',
    ),
  ],
  [3, dimm],
  [1, cpu],
];
const EXPRESS: readonly (readonly [number, Maker])[] = [
  [12, rootPort],
  [1, just('pcie-pci-bridge', 'pxb-pcie', 'x3130-upstream', 'igb')],
  [1, just('intel-iommu', 'amd-iommu')],
];
const CONVENTIONAL: readonly (readonly [number, Maker])[] = [
  [3, (_dice, world) => plug('pci-bridge', [['chassis_nr', world.devicesOf('pci-bridge').length + 1]])],
  [1, just('isa-serial', 'ib700', 'isa-debugcon', 'sb16')],
];
const MMIO: readonly (readonly [number, Maker])[] = [
  [6, virtioBlk('virtio-blk-device')],
  [5, card('virtio-net-device')],
  [4, port],
  [3, just('virtio-serial-device')],
  [4, rng],
  [3, just('virtio-balloon-device')],
  [2, scsiDisk],
  [1, just('virtio-net-pci', 'virtio-gpu-device', 'virtio-keyboard-device')],
];

const ISA: readonly (readonly [number, Maker])[] = [
  [2, ideDisk],
  [2, card('ne2k_isa')],
  [1, just('isa-serial', 'ib700', 'sb16', 'isa-vga', 'pvpanic')],
];

function makersOf(board: Board): readonly (readonly [number, Maker])[] {
  if (board === 'microvm') return MMIO;
  if (board === 'isapc') return ISA;
  if (board === 'q35') return [...PCI, ...EXPRESS];
  return [...PCI, ...CONVENTIONAL];
}

/**
 * A device for the machine; `hot` for one that is plugged by a command, so that nothing can stand before it.
 */
export function anyDevice(dice: Dice, world: World, hot: boolean): Plug | undefined {
  return dice.weighted(makersOf(world.board))(dice, world, hot);
}

/** A port that a device can be plugged into while the machine is there. */
export function hotBus(dice: Dice, world: World): string | undefined {
  const ports = world.devicesOf('pcie-root-port', 'ioh3420');
  return ports.length > 0 ? dice.pick(ports) : undefined;
}

const BAD_MODELS = [
  'nosuch',
  'virtio-nosuch-pci',
  'pci-device',
  'virtio-blk-device',
  'isa-cirrus-vga',
  'e1000-base',
  'PIIX3',
  'q35-pcihost',
  'machine',
  'iothread',
  '',
];

/** Properties with a fault in them: an unknown one, a bad value, a bus or a backend that is not there. */
export function spoiled(dice: Dice, { model, properties }: Plug): { model: string; properties: Properties } {
  return dice.weighted<() => { model: string; properties: Properties }>([
    [3, () => ({ model: dice.pick(BAD_MODELS), properties: [] })],
    [3, () => ({ model, properties: [...properties, ['nosuch', 1]] })],
    [2, () => ({ model, properties: [...properties, ['bus', 'nosuch.0']] })],
    [2, () => ({ model, properties: [...properties, ['addr', dice.pick(['0x99', '1f', 'x', '2.9', '0'])]] })],
    [
      2,
      () => ({
        model,
        properties: [['drive', 'nosuch'], ...properties.filter(([name]) => name !== 'drive')],
      }),
    ],
    [
      2,
      () => ({
        model,
        properties: [...properties.filter(([name]) => name !== 'netdev'), ['netdev', 'nosuch']],
      }),
    ],
    [
      1,
      () => ({
        model,
        properties: [...properties.filter(([name]) => name !== 'chardev'), ['chardev', 'nosuch']],
      }),
    ],
    [1, () => ({ model, properties: [...properties.filter(([name]) => name !== 'mac'), ['mac', 'nosuch']] })],
    [1, () => ({ model, properties: [...properties, ['bootindex', dice.pick(['x', -5, 99])]] })],
    [1, () => ({ model, properties: [...properties, ['multifunction', dice.pick(['maybe', true, 'on'])]] })],
    [1, () => ({ model, properties: [] })],
    [1, () => ({ model, properties: [...properties, ['rombar', 'x']] })],
  ])();
}

/** A `-device`, with what has to stand before it. */
export function deviceUnits(dice: Dice, world: World): Unit[] {
  if (world.board === 'none') return [];
  const made = anyDevice(dice, world, false);
  if (!made) return [];
  const { model, properties } = dice.percent(1) ? spoiled(dice, made) : made;
  const id = dice.percent(78)
    ? dice.percent(1)
      ? (world.devices[0]?.id ?? 'dev0')
      : world.freshId(dice, idStem(model))
    : undefined;
  if (id !== undefined) world.devices.push({ id, model });
  const all: [string, string | number | boolean][] = [
    ...(id === undefined ? [] : [['id', id] as [string, string]]),
    ...properties.map(([name, value]) => [name, value] as [string, string | number | boolean]),
  ];
  if (dice.percent(6))
    return [
      ...made.before,
      [
        '-device',
        JSON.stringify({ driver: model, ...Object.fromEntries(all.map(([name, value]) => [name, value])) }),
      ],
    ];
  const text = all
    .map(([name, value]) => `,${name}=${typeof value === 'boolean' ? (value ? 'on' : 'off') : value}`)
    .join('');
  return [...made.before, ['-device', `${model}${text}`]];
}

/** Beginnings of ids, as people give them. */
export function idStem(model: string): string {
  if (model.includes('blk') || model.startsWith('scsi-') || model.startsWith('ide-')) return 'vd';
  if (model.includes('net') || /^(e1000|rtl|vmx|pcnet|ne2k)/.test(model)) return 'nic';
  if (model.startsWith('usb-')) return 'usb';
  if (model.includes('root-port') || model === 'ioh3420') return 'rp';
  if (model.includes('scsi')) return 'scsi';
  if (model.includes('serial')) return 'vs';
  if (model.includes('balloon')) return 'balloon';
  if (model.includes('dimm')) return 'dimm';
  return 'dev';
}
