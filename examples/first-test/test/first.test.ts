import { expect, test } from 'qmp-vitest';

// `qmp` is a client that is connected to a fresh machine: a mock, or a real QEMU with QMP_BACKEND=qemu.
// It starts for the test that asks for it and is gone when the test is over.

test('the machine runs when it is told to continue', async ({ qmp }) => {
  await qmp.execute('cont');

  const { status, running } = await qmp.execute('query-status');

  expect(running).toBe(true);
  expect(status).toBe('running');
});

test('pausing the machine is announced by an event', async ({ qmp }) => {
  await qmp.execute('cont');
  await qmp.execute('stop');

  // The event came before the reply did. It is still found.
  await expect(qmp).toEmitEvent('STOP');
});

test('a device that is not there cannot be removed', async ({ qmp }) => {
  const removal = qmp.execute('device_del', { id: 'nic0' });

  await expect(removal).rejects.toBeQmpError('DeviceNotFound', "Device 'nic0' not found");
});
