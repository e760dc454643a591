/** Ten tests of code with a bug each. They fail; their traces show why. */
import { setTimeout } from 'node:timers';
import { describe } from 'vitest';
import { expect, test } from 'qmp-vitest';
import type { QmpClient } from 'qmp-vitest/core';
import { traceTests } from 'qmp-vitest/trace';

traceTests({ directory: process.env['QMP_TRACES'] });

describe('a machine with a port', () => {
  test.override('qemuOptions', {
    args: ['-machine', 'q35', '-nodefaults', '-device', 'pcie-root-port,id=port0'],
  });

  test('plugs a network card', async ({ qmp }) => {
    const manager = qmp.untyped;
    await manager.execute('netdev_add', { type: 'user', id: 'net0' });
    // The member is called `driver`.
    await manager.execute('device_add', {
      device: 'virtio-net-pci',
      id: 'nic0',
      netdev: 'net0',
      bus: 'port0',
    });
  });

  test('replaces a network card', async ({ qmp, mock }) => {
    mock.machine.guest.consents = { afterMs: 200 };
    await qmp.execute('netdev_add', { type: 'user', id: 'net0' });
    const card = { driver: 'virtio-net-pci', id: 'nic0', netdev: 'net0', bus: 'port0' };
    await qmp.execute('device_add', card);
    await qmp.execute('device_del', { id: 'nic0' });
    // It doesn't wait until the card has gone.
    await qmp.execute('device_add', card);
  });

  test('removes a network', async ({ qmp }) => {
    await qmp.execute('netdev_add', { type: 'user', id: 'net0' });
    await qmp.execute('device_add', { driver: 'virtio-net-pci', id: 'nic0', netdev: 'net0', bus: 'port0' });
    // The card's name isn't the network's.
    await qmp.execute('netdev_del', { id: 'nic0' });
  });
});

test('restarts a machine', async ({ qmp, mock }) => {
  mock.machine.guest.screen = stripes(640, 400);
  await qmp.execute('system_reset');
  // A reset isn't a shutdown.
  await qmp.waitForEvent('SHUTDOWN', { timeout: 500 });
});

test('asks for the state of a machine at its end', async ({ qmp }) => {
  await qmp.execute('stop');
  await qmp.execute('quit');
  await qmp.execute('query-status');
});

test('survives a monitor that loses a reply', async ({ qmp, mock }) => {
  mock.handle('query-name', () => new Promise(() => {}));
  const name = qmp.execute('query-name', {}, { timeout: 600 });
  await qmp.execute('query-status');
  await name;
});

test('asks in good time', async ({ qmp, mock }) => {
  mock.handle('query-block', async () => {
    await new Promise((resolve) => setTimeout(resolve, 450));
    return [];
  });
  const pending = [qmp.execute('query-version'), qmp.execute('query-block', {}, { timeout: 300 })];
  await qmp.execute('query-status');
  await Promise.all(pending);
});

test('pauses one of two machines', async ({ launch }) => {
  const web = await launch({ name: 'web' });
  const database = await launch({ name: 'database' });
  await pause(web.qmp);
  expect(await web.qmp.execute('query-status')).toMatchObject({ status: 'running' });
  expect(await database.qmp.execute('query-status')).toMatchObject({ status: 'paused' });
});

async function pause(client: QmpClient): Promise<void> {
  await client.execute('stop');
}

test('tunes a machine', async ({ qmp }) => {
  await qmp.execute('query-version');
  await qmp.execute('x-query-profile' as 'query-version');
});

test('adds a disk', async ({ mock, qmp }) => {
  mock.expect('blockdev-add', { driver: 'qcow2', 'node-name': 'disk0' }).return({});
  await qmp.execute('blockdev-add', { driver: 'qcow2', 'node-name': 'disk-0', file: 'file0' });
});

/** A picture of stripes. */
function stripes(width: number, height: number): { width: number; height: number; rgb: Uint8Array } {
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < rgb.length; at += 3) {
    const line = Math.floor(at / 3 / width);
    rgb.set(Math.floor(line / 40) % 2 === 0 ? [9, 105, 218] : [230, 237, 243], at);
  }
  return { width, height, rgb };
}
