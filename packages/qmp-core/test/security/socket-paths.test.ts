import { lstatSync, readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { QmpConnectError } from '../../src/errors.ts';
import { parseAddress } from '../../src/address.ts';
import { bind, type BoundServer } from '../../src/transport/bind.ts';
import { temporaryDirectory } from '../support/temporary.ts';

/**
 * Things that an attacker could put in the place of a socket, so that a listener harms another's file. QEMU
 * removes anything at the path before it binds (`unix_listen_saddr` in `util/qemu-sockets.c`). A test must
 * not, so this listener refuses.
 */

async function bound(path: string): Promise<BoundServer> {
  const server = await bind(parseAddress({ path }));
  onTestFinished(() => server.close());
  return server;
}

async function foreign(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

describe('a symbolic link in the place of the socket is neither followed nor replaced', () => {
  test.each<[string, (target: string) => unknown]>([
    ["another's file", (target) => writeFileSync(target, 'precious')],
    ["another's directory", () => {}],
    ["another's socket that is alive", (target) => foreign(target)],
    ['a socket that nobody listens on', (target) => leaveStale(target)],
    ['nothing', () => {}],
  ])('that points at %s', async (what, make) => {
    const directory = temporaryDirectory();
    const target = what === "another's directory" ? temporaryDirectory() : join(directory, 'target');
    const path = join(directory, 's');
    await make(target);
    const before = what === 'nothing' ? undefined : lstatSync(target, { bigint: true }).ino;
    symlinkSync(target, path);
    await expect(bind(parseAddress({ path }))).rejects.toThrow(QmpConnectError);
    await expect(bind(parseAddress({ path }))).rejects.toThrow('it is not a socket');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    const after = what === 'nothing' ? undefined : lstatSync(target, { bigint: true }).ino;
    expect(after).toBe(before);
    if (what === "another's file") expect(readFileSync(target, 'utf8')).toBe('precious');
  });
});

describe('stale sockets', () => {
  test('one that a dead listener left is replaced, at once and again', async () => {
    const path = join(temporaryDirectory(), 's');
    for (let times = 0; times < 3; times++) {
      await leaveStale(path);
      const server = await bind(parseAddress({ path }));
      await server.close();
    }
  });

  test('of two that replace the same one, both know who has it: never is one told that it listens where it cannot be reached', async () => {
    const path = join(temporaryDirectory(), 's');
    await leaveStale(path);
    const outcomes = await Promise.allSettled([bound(path), bound(path), bound(path)]);
    const listening = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(listening.length).toBeGreaterThanOrEqual(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(QmpConnectError);
    }
    const socket = connect(path);
    await once(socket, 'connect');
    socket.destroy();
  });

  test('one whose listener is alive stays, also where it was moved to another name', async () => {
    const directory = temporaryDirectory();
    await foreign(join(directory, 'a'));
    renameSync(join(directory, 'a'), join(directory, 'b'));
    await expect(bind(parseAddress({ path: join(directory, 'b') }))).rejects.toThrow(
      'another process listens',
    );
    expect(lstatSync(join(directory, 'b')).isSocket()).toBe(true);
  });
});

test('a link that took the place of the socket while it listened is not followed by close', async () => {
  const directory = temporaryDirectory();
  const [path, target] = [join(directory, 's'), join(directory, 'target')];
  writeFileSync(target, 'precious');
  const server = await bind(parseAddress({ path }));
  unlinkSync(path);
  symlinkSync(target, path);
  await server.close();
  expect(readFileSync(target, 'utf8')).toBe('precious');
});

test.each(['127.0.0.1:0', ':0', 'tcp::0', { port: 0 }])('%j listens on the loopback only', async (input) => {
  const server = await bind(parseAddress(input));
  onTestFinished(() => server.close());
  expect(server.address).toMatchObject({ host: '127.0.0.1' });
});

/**
 * A socket file that nobody listens on: a listener is renamed away before it closes, so that its file stays.
 */
async function leaveStale(path: string): Promise<void> {
  const server = createServer().listen(`${path}.x`);
  await once(server, 'listening');
  renameSync(`${path}.x`, path);
  server.close();
  await once(server, 'close');
}
