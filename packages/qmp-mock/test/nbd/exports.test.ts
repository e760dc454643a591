import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { QmpClient, QmpCommandError } from 'qmp-core';
import { expect, test } from 'vitest';
import { MockQmp } from '../../src/mock/mock-qmp.ts';
import { scratch } from '../support/fake-qemu.ts';
import { OLDEST, VERSIONS } from '../support/versions.ts';

type Step = readonly [command: string, args: Record<string, unknown>, answer: unknown, event?: string];

const NODE = { driver: 'null-co', 'node-name': 'node', size: 1_048_576 } as const;
const READ_ONLY = { driver: 'null-co', 'node-name': 'ro', size: 1_048_576, 'read-only': true } as const;
const EXPORT = { type: 'nbd', id: 'e', 'node-name': 'node' } as const;

/** Commands in their order, each with what every QEMU returned, or the words of its refusal. */
const steps = (path: string): Step[] => {
  const addr = { type: 'unix', data: { path } };
  return [
    ['blockdev-add', NODE, {}],
    ['blockdev-add', READ_ONLY, {}],
    ['nbd-server-stop', {}, 'NBD server not running'],
    ['nbd-server-remove', { name: 'x' }, "Export 'x' is not found"],
    ['nbd-server-add', { device: 'node' }, 'NBD server not running'],
    ['block-export-add', EXPORT, 'NBD server not running'],
    ['block-export-add', { ...EXPORT, id: '1e' }, 'Invalid block export id'],
    ['block-export-add', { ...EXPORT, iothread: 'io' }, 'iothread "io" not found'],
    ['nbd-server-start', { addr, 'tls-creds': 'zz' }, "No TLS credentials with id 'zz'"],
    [
      'nbd-server-start',
      { addr: { type: 'unix', data: { path: '/nosuch/socket' } } },
      'Failed to bind socket to /nosuch/socket: No such file or directory',
    ],
    [
      'nbd-server-start',
      { addr: { type: 'fd', data: { str: 'nofd' } } },
      "File descriptor named 'nofd' has not been found",
    ],
    ['nbd-server-start', { addr }, {}],
    ['nbd-server-start', { addr }, 'NBD server already running'],
    [
      'block-export-add',
      { ...EXPORT, 'node-name': 'ro', writable: true },
      'Cannot export read-only node as writable',
    ],
    ['block-export-add', { ...EXPORT, name: 'x'.repeat(4097) }, `export name '${'x'.repeat(4097)}' too long`],
    [
      'block-export-add',
      { ...EXPORT, description: 'x'.repeat(4097) },
      `description '${'x'.repeat(4097)}' too long`,
    ],
    ['block-export-add', { ...EXPORT, bitmaps: ['b'] }, "Bitmap 'b' is not found"],
    ['block-dirty-bitmap-add', { node: 'node', name: 'b' }, {}],
    [
      'block-export-add',
      { ...EXPORT, bitmaps: ['b'] },
      "Enabled bitmap 'b' incompatible with readonly export",
    ],
    ['block-export-add', { ...EXPORT, name: 'disk', writable: true, bitmaps: ['b'] }, {}],
    [
      'block-dirty-bitmap-remove',
      { node: 'node', name: 'b' },
      "Bitmap 'b' is currently in use by another operation and cannot be used",
    ],
    ['block-export-add', { ...EXPORT, name: 'other' }, "Block export id 'e' is already in use"],
    ['block-export-add', { ...EXPORT, id: 'f', name: 'disk' }, "NBD server already has export named 'disk'"],
    ['nbd-server-add', { device: 'ro', writable: true }, {}],
    [
      'query-block-exports',
      {},
      [
        { 'node-name': 'ro', 'shutting-down': false, type: 'nbd', id: 'ro' },
        { 'node-name': 'node', 'shutting-down': false, type: 'nbd', id: 'e' },
      ],
    ],
    ['blockdev-del', { 'node-name': 'node' }, 'Node node is in use'],
    ['nbd-server-remove', { name: 'disk' }, "Export 'disk' is not found"],
    ['nbd-server-remove', { name: 'e' }, {}, 'e'],
    ['blockdev-del', { 'node-name': 'node' }, {}],
    ['nbd-server-stop', {}, {}, 'ro'],
    ['query-block-exports', {}, []],
  ];
};

test.for(VERSIONS)('exports of QEMU %s and their refusals', async (qemu) => {
  await using mock = new MockQmp({ qemu, args: ['-machine', 'none', '-nodefaults'] });
  await using client = await QmpClient.over(mock.connect());
  for (const [command, args, answer, ended] of steps(join(scratch(), 'nbd'))) {
    client.clearEvents();
    const answered = await client.untyped.execute(command, args).catch((error: unknown) => {
      if (error instanceof QmpCommandError) return error.desc;
      throw error;
    });
    expect([command, args, answered]).toEqual([command, args, answer]);
    const events = (await client.drainEvents()).map(({ event, data }) => [event, data]);
    expect(events).toEqual(ended === undefined ? [] : [['BLOCK_EXPORT_DELETED', { id: ended }]]);
  }
});

test('a client keeps its export, unless it is taken away the hard way', async () => {
  const path = join(scratch(), 'nbd');
  await using mock = new MockQmp({ qemu: OLDEST, args: ['-machine', 'none', '-nodefaults'] });
  await using client = await QmpClient.over(mock.connect());
  await client.execute('blockdev-add', NODE);
  await client.execute('nbd-server-start', { addr: { type: 'unix', data: { path } }, 'max-connections': 1 });
  await client.execute('block-export-add', { ...EXPORT, name: 'disk' });
  const user = connect(path);
  // Flags of the client, and NBD_OPT_EXPORT_NAME.
  const option = Buffer.from('0000000349484156454f50540000000100000004', 'hex');
  user.write(Buffer.concat([option, Buffer.from('disk')]));
  let received = 0;
  while (received < 18 + 10) received += ((await once(user, 'data')) as [Buffer])[0].length;
  const waiting = connect(path);
  await once(waiting, 'connect');
  await expect(client.execute('block-export-del', { id: 'e' })).rejects.toMatchObject({
    desc: "export 'e' still in use",
  });
  const left = once(user, 'close');
  await client.execute('block-export-del', { id: 'e', mode: 'hard' });
  expect((await client.waitForEvent('BLOCK_EXPORT_DELETED')).data).toEqual({ id: 'e' });
  await left;
  // The next in the queue is greeted when there is room.
  const [greeting] = (await once(waiting, 'data')) as [Buffer];
  expect(greeting.toString('latin1')).toMatch(/^NBDMAGICIHAVEOPT/);
  const away = once(waiting, 'close');
  await client.execute('nbd-server-stop');
  await away;
});

const NBDINFO = spawnSync('nbdinfo', ['--version']).error === undefined;

test.skipIf(!NBDINFO)('nbdinfo reads it (needs libnbd)', async () => {
  const path = join(scratch(), 'nbd');
  await using mock = new MockQmp({ qemu: OLDEST, args: ['-machine', 'none', '-nodefaults'] });
  await using client = await QmpClient.over(mock.connect());
  await client.execute('blockdev-add', NODE);
  await client.execute('nbd-server-start', { addr: { type: 'unix', data: { path } } });
  await client.execute('block-export-add', { ...EXPORT, name: 'disk', description: 'words', writable: true });
  const { stdout } = await promisify(execFile)('nbdinfo', [`nbd+unix:///disk?socket=${path}`]);
  expect(stdout.split('\n').map((line) => line.trim())).toEqual(
    expect.arrayContaining([
      'description: words',
      'export-size: 1048576 (1M)',
      'base:allocation',
      'is_read_only: false',
      'can_multi_conn: true',
      'can_trim: true',
      'can_zero: true',
      'block_size_maximum: 33554432',
    ]),
  );
});
