import { describe } from 'vitest';
import { expect, test } from 'qmp-vitest';

// Every test of this file is broken on purpose, unless its name says that it passes. What the report says of
// each is checked in `failure-report-qemu.test.ts`.

test('passes', async ({ qemu, qmp }) => {
  expect(qemu.client).toBe(qmp);
  await qmp.execute('query-status');
});

describe('QEMU refuses a device', () => {
  test.override('qemuOptions', { args: ['-device', 'no-such-device'] });
  test('refused device', async ({ qemu }) => {
    expect(qemu.pid).toBeGreaterThan(0);
  });
});

test('the machine crashes', async ({ qemu, qmp }) => {
  await qmp.execute('stop');
  process.kill(qemu.pid, 'SIGSEGV');
  await qemu.exited;
  await qmp.execute('cont');
});

test('an event that never comes', async ({ qemu }) => {
  await qemu.client.execute('stop');
  await expect(qemu.client).toEmitEvent('RESET', undefined, { timeout: 10 });
});

test('wrong arguments', async ({ qemu }) => {
  await qemu.client.untyped.execute('device_del', { device: 'nic0' });
});

describe('it writes to stderr', () => {
  test.override('qemuOptions', {
    args: ['-boot', 'menu=on', '-msg', 'timestamp=on', '-trace', 'no_such_event'],
  });
  test('warned', async ({ qemu }) => {
    await qemu.client.execute('query-status');
    throw new Error('after the warning');
  });
});

test('the body is too slow', { timeout: 10_000 }, async ({ qemu }) => {
  await qemu.client.execute('stop');
  await new Promise(() => {});
});

describe('a setup slower than the test', () => {
  // It neither dials in nor ends.
  test.override('qemuOptions', {
    binary: process.execPath,
    defaultArgs: ['-e', 'setInterval(() => {}, 1000)', '--'],
  });
  test('too slow to start', { timeout: 500 }, async ({ qemu }) => {
    expect(qemu).toBeUndefined();
  });
});

test('two machines', async ({ qemu, launch }) => {
  const target = await launch({ name: 'target' });
  await target.qmp.execute('query-name');
  await qemu.client.execute('stop');
  throw new Error('one of two');
});
