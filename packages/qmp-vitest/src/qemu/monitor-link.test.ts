import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { QmpConnectError } from 'qmp-core';
import { expect, onTestFinished, test } from 'vitest';
import { scratch } from '../../test/support/stand-in.ts';
import { prepareLink } from './monitor-link.ts';
import type { QemuTransport } from './options.ts';

const patient = new AbortController().signal;

test.each([
  ['accept', 'path=DIR/a,,b/qmp.sock,server=off', false],
  ['connect', 'path=DIR/a,,b/qmp.sock,server=on,wait=off', false],
  ['fd', 'fd=3', true],
] as const)('what QEMU is told for %s, with a comma in the path', async (transport, chardev, inherits) => {
  const directory = join(scratch(), 'a,b');
  mkdirSync(directory);
  const link = await prepareLink(transport, directory);
  onTestFinished(() => link.close());
  expect(link).toMatchObject({ chardev: chardev.replace('DIR', join(directory, '..')), inherits });
});

test('accept: one who dials before anybody asks is kept, the next is sent away, the socket is gone', async () => {
  const directory = scratch();
  const link = await prepareLink('accept', directory);
  const path = join(directory, 'qmp.sock');
  const first = connect(path);
  onTestFinished(() => void first.destroy());
  await once(first, 'connect');
  const second = connect(path);
  second.on('error', () => {});
  const socket = await link.meet(undefined, patient);
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => second.resume().once('close', resolve));
  expect(readdirSync(directory)).toEqual([]);
  first.write('x');
  expect(await once(socket, 'data')).toEqual([Buffer.from('x')]);
});

test('accept: closing hangs up on one who has dialled and was never met', async () => {
  const directory = scratch();
  const link = await prepareLink('accept', directory);
  const caller = connect(join(directory, 'qmp.sock'));
  caller.on('error', () => {});
  await once(caller, 'connect');
  const hungUp = once(caller.resume(), 'close');
  await link.close();
  await hungUp;
  expect(readdirSync(directory)).toEqual([]);
  await link.close();
});

test.each([
  ['there is no socket', () => {}],
  ['a socket refuses, as that of QEMU does between `bind` and `listen`', leaveStaleSocket],
])('connect: dials on while %s', async (_name, prepare) => {
  const directory = scratch();
  const path = join(directory, 'qmp.sock');
  await prepare(path);
  const link = await prepareLink('connect', directory);
  const meeting = link.meet(undefined, patient);
  rmSync(path, { force: true });
  const server = createServer((socket: Socket) => socket.end('hello'));
  onTestFinished(() => void server.close());
  server.listen(path);
  const socket = await meeting;
  expect(await once(socket, 'data')).toEqual([Buffer.from('hello')]);
  socket.destroy();
});

/** A socket's file behind which nobody listens any more. */
async function leaveStaleSocket(path: string): Promise<void> {
  const server = createServer();
  server.listen(`${path}.live`);
  await once(server, 'listening');
  // Node removes the file that it made, by its name.
  renameSync(`${path}.live`, path);
  server.close();
  await once(server, 'close');
  await expect(once(connect(path), 'connect')).rejects.toThrow('ECONNREFUSED');
}

test.each<QemuTransport>(['accept', 'connect'])(
  '%s: an abort ends the meeting with its reason',
  async (transport) => {
    const link = await prepareLink(transport, scratch());
    onTestFinished(() => link.close());
    const controller = new AbortController();
    const reason = new Error('enough');
    const meeting = expect(link.meet(undefined, controller.signal)).rejects.toBe(reason);
    controller.abort(reason);
    await meeting;
  },
);

test.each<QemuTransport>(['accept', 'connect'])('%s: a path over the limit is refused', async (transport) => {
  await expect(prepareLink(transport, `/tmp/${'x'.repeat(120)}`)).rejects.toBeInstanceOf(QmpConnectError);
});
