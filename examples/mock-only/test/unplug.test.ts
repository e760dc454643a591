import { expect, test } from 'qmp-vitest';
import { unplug } from '../src/unplug.ts';

// No QEMU is needed for any of this: a test that asks for `mock` always runs on the mock. Which guest lets go
// of its network card, and which does not, is what a real one could hardly be made to show.

test('a guest that lets go of its device', async ({ mock, qmp }) => {
  mock
    .expect('device_del', { id: 'nic0' })
    .return({})
    .emit('DEVICE_DELETED', { device: 'nic0', path: '/machine/peripheral/nic0' });

  expect(await unplug(qmp, 'nic0')).toBe('gone');
});

test('a guest that does not', async ({ mock, qmp }) => {
  mock
    .expect('device_del', { id: 'nic0' })
    .return({})
    .emit('DEVICE_UNPLUG_GUEST_ERROR', { device: 'nic0', path: '/machine/peripheral/nic0' });

  expect(await unplug(qmp, 'nic0')).toBe('refused');
});

test('the event of another device is not taken for ours', async ({ mock, qmp }) => {
  mock
    .expect('device_del', { id: 'nic0' })
    .return({})
    .emit('DEVICE_DELETED', { device: 'nic1', path: '/machine/peripheral/nic1' })
    .emit('DEVICE_UNPLUG_GUEST_ERROR', { device: 'nic0', path: '/machine/peripheral/nic0' });

  expect(await unplug(qmp, 'nic0')).toBe('refused');
});

test('a device that is not there', async ({ mock, qmp }) => {
  // Nothing is scripted: the mock refuses it in QEMU's own words.
  expect(await unplug(qmp, 'nic0')).toBe('not there');
  expect(mock).toHaveReceivedCommands([['device_del', { id: 'nic0' }]], { exact: true });
});
