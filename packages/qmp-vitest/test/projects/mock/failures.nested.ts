import { describe } from 'vitest';
import { expect, test } from 'qmp-vitest';

// Every test of this file is broken on purpose, unless its name says that it passes. What the report says of
// each is checked in `failure-report.test.ts`.

test('passes', async ({ qmp }) => {
  expect(await qmp.execute('query-status')).toHaveProperty('status');
});

test('a command that QEMU does not have', async ({ qmp }) => {
  await qmp.untyped.execute('eject-all-the-things');
});

test('wrong arguments', async ({ qmp }) => {
  await qmp.untyped.execute('device_del', { device: 'nic0' });
});

test('a wrong assertion', async ({ qmp }) => {
  await qmp.execute('stop');
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'running' });
});

test('an event that never comes', async ({ qmp }) => {
  await qmp.execute('stop');
  await expect(qmp).toEmitEvent('RESET', undefined, { timeout: 10 });
});

test('an unmet expectation', async ({ mock, qmp }) => {
  mock.expect('system_reset').return({});
  await qmp.execute('query-status');
});

test('an unmet expectation in a body that fails anyway', async ({ mock, qmp }) => {
  mock.expect('system_reset').return({});
  await qmp.execute('query-status');
  throw new Error('the body failed first');
});

test('a near miss, an answer that is not modelled, an event that waits', async ({ mock, qmp }) => {
  mock.expect('device_del', { id: 'disk0' }).return({});
  const path = '/machine/peripheral/disk1';
  mock.expect('device_del', { id: 'disk1' }).return({}).after(500).emit('DEVICE_DELETED', { path });
  await qmp.execute('dumpdtb', { filename: 'x' }).catch(() => {});
  await qmp.execute('device_del', { id: 'disk1' });
  await qmp.waitForEvent('DEVICE_DELETED', { timeout: 10 });
});

test('findings of a mock that the test only talks to', async ({ qmp }) => {
  await qmp.execute('dumpdtb', { filename: 'x' }).catch(() => {});
  await qmp.waitForEvent('STOP', { timeout: 10 });
});

test('a machine that goes away', async ({ mock, qmp }) => {
  await qmp.execute('stop');
  await mock.close();
  await qmp.execute('cont');
});

test('two machines', async ({ qmp, launch }) => {
  const other = await launch({ name: 'target' });
  await other.qmp.execute('query-name');
  await qmp.execute('stop');
  throw new Error('one of two');
});

test('a machine that nobody talked to', async ({ mock }) => {
  expect(mock).toHaveReceivedCommand('stop');
});

test('both backends at once', async ({ mock, qemu }) => {
  expect(mock).not.toBe(qemu);
});

test('passes at the second attempt', { retry: 1 }, async ({ qmp, task }) => {
  await qmp.execute('stop');
  expect(task.result?.retryCount).toBe(1);
});

test('fails at both attempts', { retry: 1 }, async ({ qmp, task }) => {
  await qmp.execute(task.result?.retryCount === 0 ? 'stop' : 'query-name');
  throw new Error(`attempt ${String(task.result?.retryCount)}`);
});

test.fails('passes because it fails as it should', async ({ qmp }) => {
  await qmp.untyped.execute('eject-all-the-things');
});

test('is skipped in its body', async ({ qmp, skip }) => {
  await qmp.execute('query-status');
  skip('for a reason of its own');
});

test('its own teardown throws', async ({ qmp, onTestFinished }) => {
  onTestFinished(() => {
    throw new Error('my teardown');
  });
  await qmp.execute('query-status');
});

describe('concurrent', () => {
  test.concurrent.for(['stop', 'query-name'])('%s', async (command, { qmp, expect: local }) => {
    await qmp.untyped.execute(command);
    local(command).toBe('neither');
  });
});

describe('a hook that has started the other backend', () => {
  test.override('qmpBackend', 'mock');
  test.beforeEach(async ({ qmp }) => {
    await qmp.execute('query-status');
  });

  test('and a test that asks for QEMU', async ({ qemu }) => {
    expect(qemu.pid).toBeGreaterThan(0);
  });
});
