import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QmpClient } from 'qmp-core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { scratch } from '../../test/support/fake-qemu.ts';
import { findQemu, NO_QEMU, qemuRequired } from '../../test/support/real-qemu.ts';
import { MockQmp } from '../index.ts';
import { Qemu } from '../learn/qemu/qemu.ts';
import { knownVersions } from '../version/version-folders.ts';
import {
  blockDevice,
  blockJob,
  blockNode,
  blockStats,
  job,
  memoryDevice,
  migrationInfo,
  type BlockDevice,
  type BlockNodeInfo,
  type BlockNodeOptions,
} from './index.ts';

const root = { 'node-name': 'root', file: '/images/root.img', size: 2 ** 20 };

describe.for(knownVersions())('QEMU %s', (qemu) => {
  test.for<[string, Partial<BlockNodeOptions>]>([
    ['raw', {}],
    ['qcow2', { drv: 'qcow2', size: 2n ** 40n }],
    ['file', { drv: 'file', ro: true }],
    ['with members of its own', { iops: 100, image: { 'actual-size': 4096 }, 'dirty-bitmaps': [] }],
  ])('a node %s can be a reply', async ([, more]) => {
    await using mock = new MockQmp({ qemu });
    const node = blockNode({ ...root, ...more }, { qemu });
    // A mock refuses a reply that its version could not give.
    mock.handle('query-named-block-nodes', [node]);
    mock.handle('query-block', [
      blockDevice({ qdev: 'disk0', inserted: node }),
      blockDevice({ qdev: 'cd0', removable: true }),
    ]);
    await using client = await QmpClient.over(mock.connect());
    expect(await client.execute('query-named-block-nodes')).toMatchObject([{ 'node-name': 'root' }]);
    expect(await client.execute('query-block')).toMatchObject([
      { qdev: 'disk0', inserted: { 'node-name': 'root' } },
      { qdev: 'cd0', tray_open: false },
    ]);
  });

  test('jobs, statistics, memory and migrations can be replies', async () => {
    await using mock = new MockQmp({ qemu });
    mock.handle('query-jobs', [job({ id: 'j0', type: 'backup', 'current-progress': 5 })]);
    mock.handle('query-block-jobs', [blockJob({ device: 'j0', type: 'commit', len: 10, ready: true })]);
    mock.handle('query-blockstats', [
      blockStats({ qdev: 'disk0', 'node-name': 'root', stats: { wr_bytes: 4096 } }, { qemu }),
    ]);
    mock.handle('query-memory-devices', [
      memoryDevice({ id: 'dimm0', size: 2 ** 30 }),
      memoryDevice({ id: 'vm0', type: 'virtio-mem', size: 2 ** 30, requested: 2 ** 21 }),
    ]);
    mock.handle('query-migrate', migrationInfo({ ram: { total: 2 ** 30 } }, { qemu }));
    await using client = await QmpClient.over(mock.connect());
    expect(await client.execute('query-jobs')).toEqual([
      { id: 'j0', type: 'backup', status: 'running', 'current-progress': 5, 'total-progress': 0 },
    ]);
    expect(await client.execute('query-block-jobs')).toMatchObject([{ device: 'j0', len: 10, ready: true }]);
    expect(await client.execute('query-blockstats')).toMatchObject([
      { device: '', qdev: 'disk0', stats: { wr_bytes: 4096, rd_bytes: 0, timed_stats: [] } },
    ]);
    expect(await client.execute('query-memory-devices')).toMatchObject([
      { type: 'dimm', data: { id: 'dimm0', size: 2 ** 30, memdev: '/objects/dimm0-memory' } },
      { type: 'virtio-mem', data: { id: 'vm0', size: 2 ** 21, 'requested-size': 2 ** 21 } },
    ]);
    expect(await client.execute('query-migrate')).toMatchObject({
      status: 'active',
      ram: { total: 2 ** 30, transferred: 0 },
    });
  });

  test('memory and statistics are what the mock itself would show', async () => {
    await using mock = new MockQmp({
      qemu,
      args: [
        ...['-machine', 'q35', '-nodefaults', '-m', '128M,slots=1,maxmem=1G'],
        ...['-object', 'memory-backend-ram,id=dimm0-memory,size=128M'],
        ...['-device', 'pc-dimm,id=dimm0,memdev=dimm0-memory'],
        ...['-blockdev', 'null-co,node-name=n', '-device', 'virtio-blk-pci,id=disk0,drive=n'],
      ],
    });
    await using client = await QmpClient.over(mock.connect());
    expect(await client.execute('query-memory-devices')).toEqual([
      memoryDevice({ id: 'dimm0', size: 2 ** 27, hotplugged: false }),
    ]);
    const qdev = '/machine/peripheral/disk0/virtio-backend';
    const [shown] = await client.execute('query-blockstats');
    expect(shown).toEqual(blockStats({ qdev, 'node-name': 'n' }, { qemu }));
  });

  test('a node is what the mock itself would show', async () => {
    await using mock = new MockQmp({ qemu });
    await using client = await QmpClient.over(mock.connect());
    await client.execute('blockdev-add', { driver: 'null-co', 'node-name': 'n' });
    const [shown] = await client.execute('query-named-block-nodes');
    const { image, ...rest } = blockNode(
      { 'node-name': 'n', file: 'null-co://', size: 2 ** 30, drv: 'null-co', children: [] },
      { qemu },
    );
    const { image: ownImage, ...own } = shown!;
    expect({ ...rest, children: own.children }).toEqual({ ...own, children: own.children });
    expect(Object.keys(image).filter((name) => name !== 'dirty-flag')).toEqual(Object.keys(ownImage));
  });
});

test('the installed QEMU shows what is built', { timeout: 120_000 }, async ({ skip }) => {
  const program = findQemu();
  if (program === undefined) {
    if (qemuRequired) throw new Error(`QMP_REQUIRE_QEMU=1, but ${NO_QEMU}`);
    skip(NO_QEMU);
    return;
  }
  const file = join(scratch(), 'disk.img');
  writeFileSync(file, '');
  truncateSync(file, 2 ** 20);
  await using monitor = await new Qemu({ name: 'QEMU', version: '', command: [program] }, 60_000).start([
    ...['-machine', 'pc', '-nodefaults', '-S', '-blockdev', `file,node-name=root-file,filename=${file}`],
    ...['-blockdev', 'raw,node-name=root,file=root-file', '-device', 'virtio-blk-pci,id=disk0,drive=root'],
    ...['-device', 'ide-cd,id=cd0'],
  ]);
  const { major, minor } = monitor.version.qemu;
  const qemu = `${major}.${minor}`;
  if (!knownVersions().includes(qemu)) skip(`nothing was recorded of QEMU ${qemu}`);
  const own = { file, size: 2 ** 20 };
  const raw = blockNode({ 'node-name': 'root', ...own }, { qemu });
  const below = blockNode({ 'node-name': 'root-file', drv: 'file', ...own }, { qemu });
  expect(await monitor.value({ execute: 'query-named-block-nodes' })).toEqual([raw, below]);
  expect(await monitor.value({ execute: 'query-block' })).toEqual([
    blockDevice({ qdev: '/machine/peripheral/disk0/virtio-backend', inserted: raw }),
    blockDevice({ qdev: 'cd0', removable: true }),
  ]);
});

test('what is given takes the place of what QEMU would say', () => {
  const node = blockNode({
    ...root,
    drv: 'qcow2',
    ro: true,
    encrypted: true,
    image: { 'cluster-size': 4096 },
  });
  expect(node).toMatchObject({
    'node-name': 'root',
    file: '/images/root.img',
    drv: 'qcow2',
    ro: true,
    encrypted: true,
    children: [{ child: 'file', 'node-name': 'root-file' }],
    image: { filename: '/images/root.img', format: 'qcow2', 'virtual-size': 2 ** 20, 'cluster-size': 4096 },
  });
  expect(blockDevice({ device: 'ide0-hd0', locked: true })).toEqual({
    'io-status': 'ok',
    device: 'ide0-hd0',
    locked: true,
    removable: false,
    type: 'unknown',
  });
  expectTypeOf(node).toEqualTypeOf<BlockNodeInfo>();
  expectTypeOf(blockDevice({})).toEqualTypeOf<BlockDevice>();
});
