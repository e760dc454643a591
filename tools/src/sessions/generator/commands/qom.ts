import type { Dice } from '../dice.ts';
import { named, type World } from '../world.ts';
import { step, type StepMaker } from './maker.ts';

const STABLE_PATHS = [
  '/machine',
  '/machine',
  '/machine/peripheral',
  '/machine/peripheral-anon',
  '/machine/unattached',
  '/objects',
  '/chardevs',
  '/',
  '/backend',
  '/machine/unattached/device[0]',
  'machine',
  '/machine/q35',
  '/machine/i440fx',
  '/machine/unattached/sysbus',
  '/machine/fw_cfg',
  '/machine/rtc',
];
const BAD_PATHS = [
  '/nosuch',
  '/machine/nosuch',
  '/machine/peripheral/nosuch',
  '/objects/nosuch',
  '',
  'nosuch',
  '//',
  '/machine/unattached/device[9999]',
];

function path(dice: Dice, world: World): string {
  if (dice.percent(14)) return dice.pick(BAD_PATHS);
  return dice.weighted<() => string>([
    [4, () => dice.pick(STABLE_PATHS)],
    [
      5,
      () =>
        `${dice.percent(90) ? '/machine/' : ''}peripheral/${named(
          dice,
          world.devices.map(({ id }) => id),
          8,
        )}`,
    ],
    [
      3,
      () =>
        `/objects/${named(
          dice,
          world.objects.map(({ id }) => id),
          8,
        )}`,
    ],
    [1, () => `/chardevs/${named(dice, world.chardevs, 8)}`],
    [
      1,
      () =>
        named(
          dice,
          [...world.devices, ...world.objects].map(({ id }) => id),
          10,
        ),
    ],
    [1, () => `/machine/peripheral/${named(dice, world.devicesOf('virtio'), 5)}/virtio-backend`],
    [1, () => `/machine/peripheral-anon/device[${dice.integer(0, 2)}]`],
  ])();
}

const MACHINE_PROPERTIES = [
  'type',
  'kernel',
  'memory',
  'graphics',
  'usb',
  'dump-guest-core',
  'mem-merge',
  'smp',
  'boot',
  'firmware',
  'accel',
  'memory-backend',
  'phandle-start',
  'initrd',
  'append',
  'dt-compatible',
  'vmport',
  'hpet',
  'max-ram-below-4g',
  'smm',
  'acpi',
  'nosuch',
];
const DEVICE_PROPERTIES = [
  'type',
  'realized',
  'hotplugged',
  'hotpluggable',
  'addr',
  'parent_bus',
  'mac',
  'netdev',
  'drive',
  'serial',
  'legacy-addr',
  'bootindex',
  'guest-stats',
  'guest-stats-polling-interval',
  'romfile',
  'rombar',
  'multifunction',
  'vectors',
  'iothread',
  'chardev',
  'nr',
  'name',
  'port',
  'chassis',
  'slot',
  'memdev',
  'size',
  'node',
  'scsi-id',
  'lun',
  'apic-id',
  'nosuch',
];
const OBJECT_PROPERTIES = [
  'type',
  'size',
  'host-nodes',
  'policy',
  'share',
  'prealloc',
  'thread-id',
  'poll-max-ns',
  'limits',
  'filename',
  'data',
  'loaded',
  'format',
  'x-iops-total',
  'endpoint',
  'identity',
  'opened',
  'nosuch',
];

const BY_TYPE: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^virtio-balloon/, ['guest-stats', 'guest-stats-polling-interval', 'deflate-on-oom', 'type']],
  [/net|e1000|rtl/, ['mac', 'netdev', 'type', 'bootindex', 'mq', 'addr', 'realized']],
  [
    /blk|scsi-hd|scsi-cd|ide-|nvme|usb-storage/,
    ['drive', 'serial', 'bootindex', 'type', 'logical_block_size', 'realized'],
  ],
  [/dimm/, ['memdev', 'size', 'addr', 'slot', 'node', 'type']],
  [/root-port/, ['chassis', 'slot', 'port', 'addr', 'type', 'hotplug']],
];

function pathAndProperty(dice: Dice, world: World): { path: string; property: string } {
  if (world.devices.length > 0 && dice.percent(45)) {
    const { id, model } = dice.pick(world.devices);
    const usual = BY_TYPE.find(([pattern]) => pattern.test(model))?.[1];
    return {
      path: `/machine/peripheral/${id}`,
      property: dice.pick(usual !== undefined && dice.percent(75) ? usual : DEVICE_PROPERTIES),
    };
  }
  if (world.objects.length > 0 && dice.percent(35))
    return { path: `/objects/${dice.pick(world.objects).id}`, property: dice.pick(OBJECT_PROPERTIES) };
  if (dice.percent(55))
    return { path: dice.percent(85) ? '/machine' : 'machine', property: dice.pick(MACHINE_PROPERTIES) };
  return {
    path: path(dice, world),
    property: dice.pick(['type', 'realized', 'nosuch', ...DEVICE_PROPERTIES]),
  };
}

export const qomCommands: readonly (readonly [number, StepMaker])[] = [
  [8, (dice, world) => step('qom-list', { path: path(dice, world) })],
  [9, (dice, world) => step('qom-get', pathAndProperty(dice, world))],
  [
    4,
    (dice, world) =>
      step(
        'qom-set',
        dice.weighted<() => { path: string; property: string; value: unknown }>([
          [
            3,
            () => ({
              ...pathAndProperty(dice, world),
              value: dice.pick<unknown>([true, false, 1, 'x', 'on', null, -1, {}]),
            }),
          ],
          [
            2,
            () => ({
              path: `/machine/peripheral/${named(dice, world.devicesOf('virtio-balloon'), 10)}`,
              property: 'guest-stats-polling-interval',
              value: dice.pick([2, 0, -1, 'x']),
            }),
          ],
          [
            2,
            () => ({
              path: `/objects/${named(dice, world.objectsOf('throttle-group'), 10)}`,
              property: 'limits',
              value: dice.pick([{ 'iops-total': 10 }, { 'iops-total': 5, 'iops-read': 5 }, { nosuch: 1 }, 5]),
            }),
          ],
          [
            1,
            () => ({
              path: `/objects/${named(dice, world.objectsOf('iothread'), 10)}`,
              property: dice.pick(['poll-max-ns', 'thread-pool-max', 'aio-max-batch']),
              value: dice.pick([0, 32_768, -1]),
            }),
          ],
          [
            1,
            () => ({
              path: '/machine',
              property: dice.pick(['graphics', 'dump-guest-core', 'nosuch']),
              value: dice.pick<unknown>([true, false, 'x']),
            }),
          ],
          [
            1,
            () => ({
              path: `/machine/peripheral/${named(
                dice,
                world.devices.map(({ id }) => id),
                5,
              )}`,
              property: 'bootindex',
              value: dice.pick([1, -1, 0, 'x']),
            }),
          ],
        ])(),
      ),
  ],
  [1, (dice, world) => step('qom-list-get', { paths: [path(dice, world), '/machine/peripheral'] })],
];
