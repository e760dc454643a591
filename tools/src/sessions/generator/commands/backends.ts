import type { JsonObject } from '../../../beside/session.ts';
import type { Dice } from '../dice.ts';
import { named, type World } from '../world.ts';
import { step, type StepMaker } from './maker.ts';

const ids = (world: World): string[] => world.objects.map(({ id }) => id);

const netdevAdd: StepMaker = (dice, world) => {
  const id = dice.percent(12)
    ? named(dice, world.netdevs, 10) || 'net0'
    : world.freshId(dice, dice.pick(['net', 'hostnet', 'n']));
  const args = dice.weighted<() => JsonObject>([
    [8, () => ({ type: 'user', id })],
    [1, () => ({ type: 'user', id, restrict: true })],
    [1, () => ({ type: 'user', id, net: '10.0.9.0/24' })],
    [1, () => ({ type: 'user', id, hostfwd: [{ str: 'tcp:127.0.0.1:0-:22' }] })],
    [7, () => ({ type: 'hubport', id, hubid: dice.integer(0, 2) })],
    [1, () => ({ type: 'hubport', id })],
    [1, () => ({ type: 'hubport', id, hubid: 0, netdev: named(dice, world.netdevs, 20) })],
    [1, () => ({ type: 'socket', id })],
    [1, () => ({ type: 'socket', id, connect: '127.0.0.1:1' })],
    [1, () => ({ type: 'stream', id, server: true, addr: { type: 'unix', path: `${id}.sock` } })],
    [1, () => ({ type: 'tap', id, fd: '99' })],
    [1, () => ({ type: 'bridge', id, br: 'nosuch', helper: '/nosuch' })],
    [1, () => ({ type: 'vhost-user', id, chardev: named(dice, world.chardevs, 30) })],
    [2, () => ({ type: 'nosuch', id })],
    [1, () => ({ type: 'user', id: '9bad' })],
    [1, () => ({ type: 'user' })],
    [1, () => ({ type: 'user', id, nosuch: 1 })],
    [1, () => ({ type: 'user', id, hostfwd: 'tcp::0-:22' })],
    [1, () => ({ type: 'user', id, net: 'nosuch' })],
  ])();
  world.netdevs.push(id);
  world.freeNetdevs.push(id);
  return step('netdev_add', args);
};

function backend(dice: Dice, id: string, world: World): JsonObject {
  return dice.weighted<() => JsonObject>([
    [6, () => ({ type: 'null', data: {} })],
    [4, () => ({ type: 'ringbuf', data: { size: dice.pick([4096, 64]) } })],
    [
      4,
      () => ({
        type: 'socket',
        data: { addr: { type: 'unix', data: { path: `${id}.sock` } }, server: true, wait: false },
      }),
    ],
    [
      1,
      () => ({
        type: 'socket',
        data: { addr: { type: 'inet', data: { host: '127.0.0.1', port: '0' } }, server: true, wait: false },
      }),
    ],
    [2, () => ({ type: 'file', data: { out: `${id}.log` } })],
    [1, () => ({ type: 'pty', data: {} })],
    [1, () => ({ type: 'udp', data: { remote: { type: 'inet', data: { host: '127.0.0.1', port: '1' } } } })],
    [1, () => ({ type: 'vc', data: {} })],
    [1, () => ({ type: 'mux', data: { chardev: named(dice, world.chardevs, 20) } })],
    [1, () => ({ type: 'memory', data: {} })],
    [1, () => ({ type: 'ringbuf', data: { size: 5 } })],
    [1, () => ({ type: 'file', data: { out: 'nodir/x.log' } })],
    [1, () => ({ type: 'pipe', data: { device: 'nosuch' } })],
    [
      1,
      () => ({
        type: 'socket',
        data: { addr: { type: 'unix', data: { path: 'nobody.sock' } }, server: false },
      }),
    ],
    [
      1,
      () => ({
        type: 'socket',
        data: { addr: { type: 'unix', data: { path: 'nodir/a.sock' } }, server: true, wait: false },
      }),
    ],
    [1, () => ({ type: 'nosuch', data: {} })],
    [1, () => ({ type: 'null' })],
    [
      1,
      () => ({
        type: 'socket',
        data: { addr: { type: 'unix', data: { path: 'later.sock' } }, server: false, reconnect: 5 },
      }),
    ],
  ])();
}

const chardevAdd: StepMaker = (dice, world) => {
  const id = dice.percent(10)
    ? named(dice, world.chardevs, 10) || 'c0'
    : dice.percent(3)
      ? '9 bad'
      : world.freshId(dice, dice.pick(['c', 'chr', 'charchannel']));
  const args = { id, backend: backend(dice, id.replaceAll(' ', ''), world) };
  world.chardevs.push(id);
  world.freeChardevs.push(id);
  return step('chardev-add', args);
};

const objectAdd: StepMaker = (dice, world) => {
  const id = dice.percent(10)
    ? (world.objects[0]?.id ?? 'o0')
    : world.freshId(dice, dice.pick(['obj', 'o', 'io', 'mem']));
  const [type, rest] = dice.weighted<readonly [string, JsonObject]>([
    [6, ['iothread', {}]],
    [6, ['memory-backend-ram', { size: dice.pick([67_108_864, 134_217_728, 1_048_576]) }]],
    [1, ['memory-backend-file', { size: 1_048_576, 'mem-path': `${id}.mem`, share: true }]],
    [1, ['memory-backend-memfd', { size: 1_048_576 }]],
    [3, ['secret', { data: 'abc' }]],
    [3, ['rng-random', { filename: '/dev/urandom' }]],
    [2, ['rng-builtin', {}]],
    [
      3,
      [
        'throttle-group',
        {
          limits: dice.pick([
            { 'iops-total': 100 },
            { 'iops-total': -5 },
            { 'bps-read': 1_048_576, 'iops-total': 5 },
            { 'iops-total': 5, 'iops-read': 5 },
          ]),
        },
      ],
    ],
    [1, ['throttle-group', {}]],
    [1, ['authz-simple', { identity: 'fred' }]],
    [1, ['authz-list', { policy: 'deny', rules: [{ match: 'fred', policy: 'allow', format: 'exact' }] }]],
    [1, ['cryptodev-backend-builtin', {}]],
    [1, ['can-bus', {}]],
    [1, ['tls-creds-anon', { endpoint: 'server' }]],
    [1, ['tls-creds-x509', { dir: 'nodir', endpoint: 'server' }]],
    [1, ['filter-buffer', { netdev: named(dice, world.netdevs, 30), interval: 10 }]],
    [
      1,
      ['filter-mirror', { netdev: named(dice, world.netdevs, 30), outdev: named(dice, world.chardevs, 30) }],
    ],
    [1, ['pr-manager-helper', { path: 'nobody.sock' }]],
    [1, ['main-loop', {}]],
    [2, ['nosuch', {}]],
    [1, ['virtio-net-pci', {}]],
    [1, ['memory-backend-ram', {}]],
    [1, ['memory-backend-ram', { size: 0 }]],
    [1, ['memory-backend-file', { size: 1_048_576, 'mem-path': '/nosuch/dir/x' }]],
    [1, ['iothread', { nosuch: 1 }]],
    [1, ['iothread', { 'poll-max-ns': -1 }]],
    [1, ['rng-random', { filename: 'nosuch' }]],
    [1, ['rng-egd', { chardev: 'nosuch' }]],
    [1, ['secret', { file: 'nosuch.txt' }]],
  ]);
  world.objects.push({ id, type });
  if (type.startsWith('memory-backend')) world.freeMemory.push(id);
  return step('object-add', {
    'qom-type': type,
    ...(dice.percent(3) ? {} : { id: dice.percent(3) ? '-bad' : id }),
    ...rest,
  });
};

export const backendCommands: readonly (readonly [number, StepMaker])[] = [
  [7, netdevAdd],
  [
    5,
    (dice, world) =>
      step('netdev_del', {
        id: named(dice, [
          ...world.netdevs,
          ...(dice.percent(10) ? world.devicesOf('virtio-net', 'e1000') : []),
        ]),
      }),
  ],
  [
    4,
    (dice, world) =>
      step('set_link', {
        name: named(dice, [...world.netdevs, ...world.devicesOf('virtio-net', 'e1000', 'rtl')]),
        up: dice.percent(50),
      }),
  ],
  [7, chardevAdd],
  [5, (dice, world) => step('chardev-remove', { id: named(dice, world.chardevs) })],
  [
    1,
    (dice, world) =>
      step('chardev-change', { id: named(dice, world.chardevs), backend: backend(dice, 'chg', world) }),
  ],
  [1, (dice, world) => step('chardev-send-break', { id: named(dice, world.chardevs) })],
  [1, (dice, world) => step('ringbuf-write', { device: named(dice, world.chardevs), data: 'hello' })],
  [1, (dice, world) => step('ringbuf-read', { device: named(dice, world.chardevs), size: 10 })],
  [9, objectAdd],
  [5, (dice, world) => step('object-del', { id: named(dice, ids(world)) })],
];
