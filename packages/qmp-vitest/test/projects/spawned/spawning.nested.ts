import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { QmpClient } from 'qmp-core';
import { expect, test as base } from 'qmp-vitest';
import { vi } from 'vitest';

const PROGRAM = 'qemu-system-x86_64';
const BARE = ['-machine', 'none', '-nodefaults', '-display', 'none'];

/** The code under test: something that starts QEMU. */
const test = base.extend<{
  start: (...args: string[]) => ChildProcess;
  reach: (name: string) => Promise<QmpClient>;
}>({
  start: async ({ fakeQemu }, use) => {
    await use((...args) =>
      spawn(PROGRAM, [...BARE, ...args], { env: fakeQemu.env, cwd: fakeQemu.directory, stdio: 'ignore' }),
    );
  },
  reach: async ({ fakeQemu }, use) => {
    const path = (name: string): string => join(fakeQemu.directory, name);
    await use((name) => vi.waitFor(() => QmpClient.connect(path(name)), { timeout: 50_000, interval: 10 }));
  },
});

test('pauses, and quits', async ({ fakeQemu, start, reach }) => {
  const child = start('-qmp', 'unix:qmp,server=on,wait=off');
  const vm = await fakeQemu.next();
  const client = await reach('qmp');
  await client.execute((process.env['CHANGED_COMMAND'] ?? 'stop') as 'stop');
  await client.waitForEvent('STOP');
  expect(await client.execute('query-status')).toMatchObject({ status: 'paused' });
  const ended = once(child, 'exit');
  await client.execute('quit');
  expect(await ended).toEqual([0, null]);
  await vm.exited;
  expect(existsSync(join(fakeQemu.directory, 'qmp'))).toBe(false);
  expect(vm).toHaveReceivedCommands(['stop', 'query-status', 'quit'], { exact: true });
});

test('is left and met again, then ended by a signal', async ({ fakeQemu, start, reach }) => {
  const child = start('-qmp', 'unix:qmp,server=on,wait=off', '-serial', 'null');
  await fakeQemu.next();
  const first = await reach('qmp');
  await first.execute('stop');
  await first.close();
  const second = await reach('qmp');
  expect(await second.execute('query-status')).toMatchObject({ status: 'paused' });
  const ended = once(child, 'exit');
  // Not told before it happens.
  expect(await second.pullEvent()).toBeNull();
  child.kill('SIGTERM');
  expect(await second.waitForEvent('SHUTDOWN')).toMatchObject({ data: { reason: 'host-signal' } });
  expect(await ended).toEqual([0, null]);
});

test('is killed', async ({ fakeQemu, start, reach }) => {
  const child = start('-qmp', 'unix:qmp,server=on,wait=off');
  const vm = await fakeQemu.next();
  const client = await reach('qmp');
  await client.execute('query-name');
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  await vm.exited;
});

test('two at once, by their names', async ({ fakeQemu, start, reach }) => {
  // In another order than they were recorded in.
  const order = process.env['QMP_BACKEND'] === 'replay' ? ['b', 'a'] : ['a', 'b'];
  const names = order.filter((name) => name !== process.env['NOT_STARTED']);
  for (const name of names) {
    start('-name', name, '-qmp', `unix:${name},server=on,wait=off`);
    await fakeQemu.next({ name });
  }
  for (const name of names) {
    const client = await reach(name);
    expect(await client.execute('query-name')).toEqual({ name });
    await client.close();
  }
});

test('goes into the background', async ({ fakeQemu, reach }) => {
  const args = [...BARE, '-daemonize', '-pidfile', 'vm.pid', '-qmp', 'unix:qmp,server=on,wait=off'];
  const env = fakeQemu.env;
  const { status } = spawnSync(PROGRAM, args, { env, cwd: fakeQemu.directory, stdio: 'ignore' });
  expect(status).toBe(0);
  const vm = await fakeQemu.next();
  const client = await reach('qmp');
  await client.execute('query-status');
  await client.execute('quit');
  await vm.exited;
  expect(existsSync(join(fakeQemu.directory, 'vm.pid'))).toBe(false);
});

test('fails, and so is not recorded', async ({ fakeQemu, start, reach }) => {
  start('-qmp', 'unix:qmp,server=on,wait=off');
  await fakeQemu.next();
  await (await reach('qmp')).execute('query-name');
  expect(process.env['QMP_BACKEND']).toBe('replay');
});
