import type { JsonObject } from '../../../beside/session.ts';
import type { Dice } from '../dice.ts';
import { named, type World } from '../world.ts';
import { step, type StepMaker } from './maker.ts';

const DISKS = ['virtio-blk', 'scsi-hd', 'scsi-cd', 'ide-', 'nvme', 'usb-storage'];

/** A name for a `device` member: of a drive or a node. */
const drive = (dice: Dice, world: World, miss = 20): string =>
  named(dice, [...world.drives, ...world.drives, ...world.nodes], miss);
const node = (dice: Dice, world: World, miss = 20): string =>
  named(dice, [...world.nodes, ...world.nodes, ...world.drives], miss);

/** `id` of a device, or `device` of a drive: the two ways in which block commands name a disk. */
function target(dice: Dice, world: World): JsonObject {
  return dice.percent(55)
    ? { id: named(dice, world.devicesOf(...DISKS)) }
    : { device: named(dice, world.drives) };
}

function freshNode(dice: Dice, world: World): string {
  return dice.percent(10)
    ? (world.nodes[0] ?? 'n0')
    : world.freshId(dice, dice.pick(['n', 'disk', 'new', 'libvirt-']));
}

const blockdevAdd: StepMaker = (dice, world) => {
  const name = freshNode(dice, world);
  const file = world.take(dice, world.freeImages) ?? dice.pick(['d0.qcow2', 'new.qcow2', 't0.qcow2']);
  const format = file.endsWith('qcow2') ? 'qcow2' : 'raw';
  const args = dice.weighted<() => JsonObject>([
    [6, () => ({ driver: 'null-co', 'node-name': name, size: 1_048_576 })],
    [6, () => ({ driver: format, 'node-name': name, file: { driver: 'file', filename: file } })],
    [2, () => ({ driver: 'file', 'node-name': name, filename: dice.pick(['r.img', 'cd.iso', 'd0.qcow2']) })],
    [2, () => ({ driver: 'raw', 'node-name': name, file: node(dice, world, 15) })],
    [1, () => ({ driver: 'qcow2', 'node-name': name, file: node(dice, world, 15) })],
    [
      2,
      () => ({
        driver: 'raw',
        'node-name': name,
        'read-only': true,
        file: { driver: 'file', filename: 'cd.iso' },
      }),
    ],
    [
      1,
      () => ({ driver: 'qcow2', 'node-name': name, file: { driver: 'file', filename: file }, backing: null }),
    ],
    [1, () => ({ driver: 'qcow2', 'node-name': name, file: { driver: 'file', filename: 'ov.qcow2' } })],
    [1, () => ({ driver: 'null-aio', 'node-name': name, size: 65_536, 'read-zeroes': true })],
    [
      1,
      () => ({
        driver: 'throttle',
        'node-name': name,
        'throttle-group': named(dice, world.objectsOf('throttle'), 30),
        file: node(dice, world, 15),
      }),
    ],
    [1, () => ({ driver: 'copy-on-read', 'node-name': name, file: node(dice, world, 15) })],
    [
      1,
      () => ({ driver: 'quorum', 'node-name': name, 'vote-threshold': 1, children: [node(dice, world, 15)] }),
    ],
    [
      1,
      () => ({
        driver: 'file',
        'node-name': name,
        filename: dice.pick(['/nonexistent.img', 'folder', 'nosuch.img']),
      }),
    ],
    [
      1,
      () => ({
        driver: 'qcow2',
        'node-name': name,
        file: { driver: 'file', filename: dice.pick(['nosuch.qcow2', 'r.img', 'notes.txt', 'lost.qcow2']) },
      }),
    ],
    [1, () => ({ driver: 'nosuch', 'node-name': name })],
    [1, () => ({ driver: 'qcow2', 'node-name': name })],
    [1, () => ({ driver: 'null-co', size: 1_048_576 })],
    [1, () => ({ driver: 'null-co', 'node-name': '9bad' })],
    [1, () => ({ driver: 'null-co', 'node-name': name, nosuch: 1 })],
    [1, () => ({ driver: 'nbd', 'node-name': name, server: { type: 'unix', path: 'nobody.sock' } })],
    [1, () => ({ driver: 'nbd', 'node-name': name, server: { type: 'inet', host: '127.0.0.1', port: '1' } })],
    [1, () => ({ driver: 'host_device', 'node-name': name, filename: '/dev/nosuch' })],
    [1, () => ({ driver: 'vmdk', 'node-name': name, file: { driver: 'file', filename: 'v.vmdk' } })],
    [1, () => ({ driver: 'http', 'node-name': name, url: 'http://127.0.0.1:1/x' })],
    [1, () => ({ driver: 'blkdebug', 'node-name': name, image: node(dice, world, 15) })],
  ])();
  world.nodes.push(name);
  world.freeNodes.push(name);
  return step('blockdev-add', args);
};

const throttle = (dice: Dice): JsonObject =>
  dice.pick([
    { bps: 0, bps_rd: 0, bps_wr: 0, iops: 100, iops_rd: 0, iops_wr: 0 },
    { bps: 0, bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0, iops_wr: 0 },
    { bps: 1_048_576, bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0, iops_wr: 0 },
    { bps: 1, bps_rd: 1, bps_wr: 0, iops: 100, iops_rd: 0, iops_wr: 0 },
    { bps: -1, bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0, iops_wr: 0 },
    { bps: 0, bps_rd: 0, bps_wr: 0, iops: 100, iops_rd: 0, iops_wr: 0, group: 'g1' },
  ]);

const bitmap = (dice: Dice, world: World): { node: string; name: string } =>
  world.bitmaps.length > 0 && dice.percent(75)
    ? dice.pick(world.bitmaps)
    : { node: node(dice, world), name: dice.pick(['nosuch', 'b0']) };

const bitmapAdd: StepMaker = (dice, world) => {
  const made = { node: node(dice, world), name: dice.pick(['b0', 'b1', 'b0', 'x y']) };
  world.bitmaps.push(made);
  return step('block-dirty-bitmap-add', {
    ...made,
    ...dice.weighted<JsonObject>([
      [5, {}],
      [1, { persistent: true }],
      [1, { granularity: 65_536 }],
      [1, { granularity: 12_345 }],
      [1, { disabled: true }],
    ]),
  });
};

function action(dice: Dice, world: World): JsonObject {
  return dice.weighted<() => JsonObject>([
    [
      3,
      () => ({
        type: 'block-dirty-bitmap-add',
        data: { node: node(dice, world), name: dice.pick(['b0', 'b2']) },
      }),
    ],
    [1, () => ({ type: 'block-dirty-bitmap-clear', data: bitmap(dice, world) })],
    [1, () => ({ type: 'block-dirty-bitmap-remove', data: bitmap(dice, world) })],
    [1, () => ({ type: 'block-dirty-bitmap-disable', data: bitmap(dice, world) })],
    [1, () => ({ type: 'abort', data: {} })],
    [
      1,
      () => ({
        type: 'blockdev-snapshot-sync',
        data: { device: drive(dice, world), 'snapshot-file': 'tsnap.qcow2' },
      }),
    ],
    [
      1,
      () => ({
        type: 'blockdev-backup',
        data: { device: drive(dice, world), target: node(dice, world), sync: 'full' },
      }),
    ],
    [1, () => ({ type: 'nosuch', data: {} })],
  ])();
}

export const blockCommands: readonly (readonly [number, StepMaker])[] = [
  [14, blockdevAdd],
  [7, (dice, world) => step('blockdev-del', { 'node-name': node(dice, world) })],
  [
    5,
    (dice, world) =>
      step(
        'block_resize',
        dice.weighted<() => JsonObject>([
          [
            4,
            () => ({
              device: named(dice, world.drives),
              size: dice.pick([134_217_728, 33_554_432, 1_048_576, 0, -1, 1000]),
            }),
          ],
          [4, () => ({ 'node-name': node(dice, world), size: dice.pick([67_108_864, 1_048_576, 512]) })],
          [1, () => ({ size: 1_048_576 })],
        ])(),
      ),
  ],
  [4, (dice, world) => step('block_set_io_throttle', { ...target(dice, world), ...throttle(dice) })],
  [
    4,
    (dice, world) => step('eject', { ...target(dice, world), ...(dice.percent(40) ? { force: true } : {}) }),
  ],
  [
    4,
    (dice, world) =>
      step('blockdev-change-medium', {
        ...target(dice, world),
        filename: dice.pick(['cd.iso', 'cd.iso', 'r.img', 'nosuch.iso']),
        ...(dice.percent(50) ? { format: 'raw' } : {}),
        ...(dice.percent(15) ? { 'read-only-mode': 'read-only' } : {}),
      }),
  ],
  [
    2,
    (dice, world) =>
      step('blockdev-open-tray', { ...target(dice, world), ...(dice.percent(30) ? { force: true } : {}) }),
  ],
  [1, (dice, world) => step('blockdev-close-tray', target(dice, world))],
  [1, (dice, world) => step('blockdev-remove-medium', { id: named(dice, world.devicesOf(...DISKS)) })],
  [
    1,
    (dice, world) =>
      step('blockdev-insert-medium', {
        id: named(dice, world.devicesOf(...DISKS)),
        'node-name': node(dice, world),
      }),
  ],
  [
    2,
    (dice, world) =>
      step('block-set-write-threshold', {
        'node-name': node(dice, world),
        'write-threshold': dice.pick([0, 1000]),
      }),
  ],
  [
    1,
    (dice, world) =>
      step('block-latency-histogram-set', {
        id: named(dice, world.devicesOf(...DISKS)),
        ...(dice.percent(60) ? { boundaries: [10, 50] } : {}),
      }),
  ],
  [3, bitmapAdd],
  [1, (dice, world) => step('block-dirty-bitmap-remove', { ...bitmap(dice, world) })],
  [1, (dice, world) => step('block-dirty-bitmap-clear', { ...bitmap(dice, world) })],
  [
    1,
    (dice, world) =>
      step(dice.pick(['block-dirty-bitmap-disable', 'block-dirty-bitmap-enable']), {
        ...bitmap(dice, world),
      }),
  ],
  [
    1,
    (dice, world) =>
      step('block-dirty-bitmap-merge', { node: node(dice, world), target: 'b0', bitmaps: ['b1'] }),
  ],
  [
    3,
    (dice, world) =>
      step('transaction', { actions: Array.from({ length: dice.integer(0, 2) }, () => action(dice, world)) }),
  ],
  [
    3,
    (dice, world) =>
      step('blockdev-snapshot-sync', {
        ...(dice.percent(60)
          ? { device: drive(dice, world) }
          : { 'node-name': node(dice, world), 'snapshot-node-name': 'snapnode' }),
        'snapshot-file': dice.pick(['snap.qcow2', 'snap.qcow2', '/nosuchdir/s.qcow2']),
        ...(dice.percent(60) ? { format: 'qcow2' } : {}),
      }),
  ],
  [1, (dice, world) => step('blockdev-snapshot', { node: node(dice, world), overlay: node(dice, world) })],
  [
    2,
    (dice, world) =>
      step('blockdev-snapshot-internal-sync', {
        device: drive(dice, world),
        name: dice.pick(['s0', 'snap1', '']),
      }),
  ],
  [
    1,
    (dice, world) =>
      step('blockdev-snapshot-delete-internal-sync', {
        device: drive(dice, world),
        name: dice.pick(['s0', 'snap1', 'nosuch']),
      }),
  ],
  [
    1,
    (dice, world) =>
      step('blockdev-reopen', { options: [{ driver: 'null-co', 'node-name': node(dice, world) }] }),
  ],
  [1, (dice, world) => step('x-blockdev-change', { parent: node(dice, world), node: node(dice, world) })],
  [
    1,
    (dice, world) =>
      step('change-backing-file', {
        device: drive(dice, world),
        'image-node-name': node(dice, world),
        'backing-file': 'x',
      }),
  ],
];

export const nbdCommands: readonly (readonly [number, StepMaker])[] = [
  [
    4,
    (dice) =>
      step('nbd-server-start', {
        addr: dice.pick([
          { type: 'unix', data: { path: 'nbd.sock' } },
          { type: 'unix', data: { path: '@DIR@/nbd.sock' } },
          { type: 'unix', data: { path: 'nodir/nbd.sock' } },
          { type: 'nosuch', data: {} },
        ]),
        ...(dice.percent(8) ? { 'tls-creds': 'nosuch' } : {}),
      }),
  ],
  [
    4,
    (dice, world) => {
      const id = dice.percent(75) ? 'e0' : dice.pick(['e1', '9bad']);
      world.exports.push(id);
      return step('block-export-add', {
        type: dice.pick(['nbd', 'nbd', 'nbd', 'nosuch']),
        id,
        'node-name': node(dice, world),
        ...(dice.percent(30) ? { writable: true } : {}),
      });
    },
  ],
  [1, (dice, world) => step('nbd-server-add', { device: node(dice, world) })],
  [1, (dice) => step('nbd-server-remove', { name: dice.pick(['e0', 'nosuch']) })],
  [2, (dice, world) => step('block-export-del', { id: named(dice, world.exports) })],
  [2, () => step('nbd-server-stop')],
  [2, () => step('query-block-exports')],
];
