import { once } from 'node:events';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { QmpClient } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../../src/index.ts';
import { FAKE_QEMU, Lines, scratch, start } from '../support/fake-qemu.ts';

async function raw(): Promise<{ mock: MockQmp; socket: Socket; lines: Lines }> {
  const mock = new MockQmp();
  onTestFinished(() => mock.close());
  const { path } = (await mock.listen()) as { path: string };
  const socket = connect(path).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const lines = new Lines(socket);
  await lines.next();
  socket.write('{"execute": "qmp_capabilities"}');
  await lines.next();
  return { mock, socket, lines };
}

describe('names that are members of every object', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then'])('%s', async (name) => {
    const { mock, socket, lines } = await raw();
    const quoted = JSON.stringify(name);
    socket.write(`{"execute": ${quoted}}`);
    expect(await lines.next()).toBe(
      `{"error": {"class": "CommandNotFound", "desc": "The command ${name} has not been found"}}`,
    );
    socket.write(`{"execute": "query-name", "arguments": {${quoted}: {"polluted": 1}}}`);
    expect(await lines.next()).toBe(
      `{"error": {"class": "GenericError", "desc": "Parameter '${name}' is unexpected"}}`,
    );
    socket.write(`{"execute": "query-name", ${quoted}: {"polluted": 1}}`);
    expect(await lines.next()).toBe(
      `{"error": {"class": "GenericError", "desc": "QMP input member '${name}' is unexpected"}}`,
    );
    socket.write(`{"execute": "query-name", "id": {${quoted}: {"polluted": 1}}}`);
    expect(await lines.next()).toBe(`{"return": {}, "id": {${quoted}: {"polluted": 1}}}`);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(mock.received.length).toBeGreaterThan(0);
  });
});

test('an id of a megabyte, of 1 000 levels, and of 64 bits and more comes back as it was', async () => {
  const { socket, lines } = await raw();
  for (const id of [
    JSON.stringify('x'.repeat(1_000_000)),
    `${'['.repeat(1000)}${']'.repeat(1000)}`,
    '18446744073709551615',
    '-9223372036854775808',
  ]) {
    socket.write(`{"execute": "query-name", "id": ${id}}\n`);
    expect(await lines.next()).toBe(`{"return": {}, "id": ${id}}`);
  }
});

test.each<[string, string]>([
  ['nesting without an end', '['.repeat(100_000)],
  ['objects without an end', '{"a":'.repeat(100_000)],
  ['brackets that close nothing', ']'.repeat(10_000)],
])('%s is answered with an error, and the next client is served', async (_what, text) => {
  const { mock, socket, lines } = await raw();
  socket.write(text);
  expect(await lines.next()).toContain('"class": "GenericError"');
  socket.destroy();
  const client = await QmpClient.over(mock.connect());
  expect(await client.execute('query-name')).toEqual({});
  await client.close();
});

describe('where it listens', () => {
  test.skipIf(!isMainThread)('under umask 000, nobody else gets into its directory', async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    const { path } = (await mock.listen()) as { path: string };
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(path))).toEqual(['s']);
  });

  test('a symbolic link in the place of its socket is refused, and what it points at stays', async () => {
    const folder = scratch();
    const [path, target] = [join(folder, 's'), join(folder, 'target')];
    writeFileSync(target, 'precious');
    symlinkSync(target, path);
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    await expect(mock.listen(path)).rejects.toThrow('it is not a socket');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  test('fake-qemu does not start where a directory is in the place of its socket, and leaves it', async () => {
    const folder = scratch();
    const path = join(folder, 's');
    mkdirSync(path);
    writeFileSync(join(path, 'file'), 'precious');
    const program = start(FAKE_QEMU, ['-machine', 'none', '-qmp', `unix:${path},server=on,wait=off`]);
    const { code, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`Failed to unlink socket ${path}: Is a directory`);
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('precious');
  });
});
