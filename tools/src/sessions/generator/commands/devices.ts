import { anyDevice, hotBus, idStem, spoiled } from '../devices.ts';
import { named } from '../world.ts';
import { step, type StepMaker } from './maker.ts';

const deviceAdd: StepMaker = (dice, world) => {
  const made =
    world.board === 'none'
      ? {
          model: dice.pick(['virtio-net-pci', 'e1000', 'usb-tablet', 'pc-dimm', 'virtio-blk-device']),
          properties: [],
          before: [],
        }
      : anyDevice(dice, world, true);
  const { model, properties } =
    made === undefined
      ? { model: dice.pick(['virtio-blk-pci', 'scsi-hd', 'ide-hd', 'pc-dimm']), properties: [] }
      : dice.percent(14)
        ? spoiled(dice, made)
        : made;
  const id = dice.percent(8)
    ? undefined
    : dice.percent(8)
      ? (world.devices[0]?.id ?? 'x0')
      : world.freshId(dice, idStem(model));
  const bus =
    !properties.some(([name]) => name === 'bus') &&
    dice.percent(70) &&
    !/^(usb|scsi|ide|pc-dimm|nvdimm|virtserial|virtconsole|.*cpu)/.test(model)
      ? hotBus(dice, world)
      : undefined;
  if (id !== undefined) world.devices.push({ id, model });
  return step('device_add', {
    driver: model,
    ...(id === undefined ? {} : { id }),
    ...(bus === undefined ? {} : { bus }),
    ...Object.fromEntries(properties),
  });
};

const deviceDel: StepMaker = (dice, world) => {
  // QEMU 10.0 and 11.1 crash in a reset after a balloon was unplugged.
  const ids = world.devices.filter(({ model }) => !model.startsWith('virtio-balloon')).map(({ id }) => id);
  const id = named(dice, ids, 30);
  return step('device_del', { id: dice.percent(8) ? `/machine/peripheral/${id}` : id });
};

const TYPES = [
  'virtio-net-pci',
  'virtio-blk-pci',
  'e1000',
  'usb-tablet',
  'scsi-hd',
  'VGA',
  'pc-dimm',
  'ide-hd',
  'virtio-balloon-pci',
  'nvme',
  'pcie-root-port',
  'qemu-xhci',
  'isa-serial',
  'virtserialport',
  'qemu64-x86_64-cpu',
  'max-x86_64-cpu',
  'virtio-scsi-pci',
  'intel-iommu',
  'vfio-pci',
  'virtio-rng-pci',
  'virtio-gpu-pci',
  'ich9-intel-hda',
];
const BAD_TYPES = ['nosuch', 'iothread', 'device', 'pci-device', 'memory-backend', ''];
const CLASSES = [
  'iothread',
  'memory-backend-ram',
  'memory-backend-file',
  'pc-q35-7.2-machine',
  'qemu64-x86_64-cpu',
  'virtio-net-pci',
  'none-machine',
  'device',
  'machine',
  'e1000',
  'rng-random',
  'throttle-group',
  'accel',
  'tcg-accel',
  'container',
  'pci-bus',
  'isa-serial',
  'sev-guest',
  'pc-q35-6.2-machine',
];
const IMPLEMENTED = [
  'machine',
  'device',
  'virtio-device',
  'pci-device',
  'cpu',
  'x86_64-cpu',
  'usb-device',
  'memory-backend',
  'chardev',
  'accel',
  'scsi-device',
  'isa-device',
  'object',
  'user-creatable',
  'rng-backend',
  'bus',
  'nosuch',
  '',
];

export const deviceCommands: readonly (readonly [number, StepMaker])[] = [
  [15, deviceAdd],
  [9, deviceDel],
  [
    2,
    (dice) => step('device-list-properties', { typename: dice.pick(dice.percent(80) ? TYPES : BAD_TYPES) }),
  ],
  [2, (dice) => step('qom-list-properties', { typename: dice.percent(85) ? dice.pick(CLASSES) : 'nosuch' })],
  [
    2,
    (dice) =>
      step(
        'qom-list-types',
        dice.weighted<() => Record<string, unknown>>([
          [5, () => ({ implements: dice.pick(IMPLEMENTED) })],
          [3, () => ({ implements: dice.pick(IMPLEMENTED), abstract: dice.percent(50) })],
          [1, () => ({})],
          [1, () => ({ abstract: true })],
        ])(),
      ),
  ],
  [
    1,
    (dice, world) =>
      step('device-sync-config', {
        id: named(
          dice,
          world.devices.map(({ id }) => id),
        ),
      }),
  ],
  [
    3,
    (dice) =>
      step('balloon', {
        value: dice.pick([67_108_864, 33_554_432, 134_217_728, 0, -1, 1_099_511_627_776, 268_435_456]),
      }),
  ],
  [3, () => step('query-balloon')],
  [
    2,
    (dice, world) =>
      step(
        'query-rx-filter',
        dice.percent(60)
          ? {
              name: named(dice, [...world.devicesOf('virtio-net', 'e1000', 'rtl', 'usb-'), ...world.netdevs]),
            }
          : undefined,
      ),
  ],
];
