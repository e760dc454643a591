import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, transcriptOf } from 'qmp-vitest';
import { quoted, secrets } from './secrets.ts';

// Each of these fails, in another way, with a secret at hand.

const object = { 'qom-type': 'secret', id: 's', data: secrets.data } as const;

test('a command that is refused', async ({ qmp }) => {
  await qmp.execute('set_password', { protocol: 'vnc', password: secrets.vnc, display: 'no such' });
  await qmp.untyped.execute('no-such-command', { password: secrets.vnc });
});

test('a diff of what was received', async ({ qmp, mock }) => {
  await qmp.execute('object-add', object);
  expect(mock.received.at(-1)).toEqual({ execute: 'object-add', arguments: { ...object, data: 'another' } });
});

test('a matcher', async ({ qmp, mock }) => {
  mock.handle('set_password', {});
  await qmp.execute('set_password', { protocol: 'vnc', password: secrets.vnc });
  expect(mock).toHaveReceivedCommand('set_password', { password: secrets.expected });
});

test('a list of commands', async ({ qmp, mock }) => {
  mock.handle('change-vnc-password', {}, { unchecked: true });
  await qmp.untyped.execute('change-vnc-password', { password: secrets.vnc }).catch(() => {});
  expect(mock).toHaveReceivedCommands([['change-vnc-password', { password: secrets.expected }]]);
});

test('an expectation', async ({ qmp, mock }) => {
  mock.handle('set_password', {});
  mock.expect('set_password', { password: secrets.expected });
  await qmp.execute('set_password', { protocol: 'vnc', password: secrets.vnc });
});

test('a secret that is read back', async ({ qmp, mock }) => {
  await qmp.execute('object-add', object);
  mock.handle('qom-get', secrets.data);
  expect(await qmp.execute('qom-get', { path: '/objects/s', property: 'data' })).toBe('another');
});

test('the human monitor', async ({ qmp, mock }) => {
  mock.handle('human-monitor-command', `${secrets.hmp} is a bad password\r\n`);
  const line = `set_password vnc "${secrets.hmp}"`;
  expect(await qmp.execute('human-monitor-command', { 'command-line': line })).toBe('');
});

test('a block device', async ({ qmp, mock }) => {
  mock.handle('blockdev-add', {});
  const url = `https://me:${encodeURIComponent(secrets.url)}@host/disk`;
  await qmp.execute('blockdev-add', { driver: 'https', 'node-name': 'a', url, cookie: secrets.cookie });
  throw new Error(`cannot open ${url} with ${secrets.cookie}`);
});

test('texts of conversations', async ({ qmp, mock }) => {
  await qmp.execute('object-add', object);
  throw new Error(`${String(mock.journal)}\n${transcriptOf(qmp)}`, { cause: new Error(secrets.data) });
});

test('members of an error', async ({ qmp }) => {
  await qmp.execute('object-add', object);
  throw Object.assign(new Error('see its members'), {
    reason: { nested: [secrets.data] },
    token: 'tok-91x7',
  });
});

test('an environment', async ({ fakeQemu }) => {
  const env = { ...fakeQemu.env, MY_SECRET_TOKEN: secrets.variable };
  spawn('qemu-system-x86_64', ['-object', `secret,id=s,data=${quoted(secrets.data)}`], { env });
  const vm = await fakeQemu.next();
  expect(vm.env['MY_SECRET_TOKEN']).toBe(secrets.variable);
  expect(vm.env).toEqual({});
});

test('a machine', async ({ fakeQemu }) => {
  const env = { ...fakeQemu.env, MY_SECRET_TOKEN: secrets.variable };
  spawn('qemu-system-x86_64', ['-spice', `port=1,password=${quoted(secrets.vnc)}`, '-S'], { env });
  expect(await fakeQemu.next()).toBeUndefined();
});

test('a line that is refused', async ({ fakeQemu }) => {
  const args = ['-object', `secret,id=s,data=${quoted(secrets.data)},no-such=1`, '-vnc', ':0,no-such=on'];
  await once(spawn('qemu-system-x86_64', args, { env: fakeQemu.env }), 'exit');
  await fakeQemu.next({ timeout: 1 });
});

test('a machine that nobody takes', async ({ fakeQemu }) => {
  const child = spawn('qemu-system-x86_64', ['-drive', `file=https://me:${secrets.vnc}@host/x,if=none`], {
    env: fakeQemu.env,
  });
  await expect.poll(() => fakeQemu.machines.length + Number(child.exitCode !== null)).toBe(1);
  throw new Error('on purpose');
});

test('control characters', async ({ qmp, mock }) => {
  mock.handle('query-name', { name: '\u001b[2J\u009b31m' });
  await qmp.execute('query-name');
  await qmp.untyped.execute('\u009b2J');
});
