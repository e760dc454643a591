import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { QmpClient } from 'qmp-core';
import { Scratch } from '../../../../../tools/src/lib/scratch.ts';
import { MockQmp } from '../../index.ts';

test('lists what a machine has, from one moment to the next', async () => {
  const args = ['-machine', 'q35', '-nodefaults', '-device', 'pcie-root-port,id=port0', '-S'];
  await using mock = new MockQmp({
    args: [...args, '-drive', 'if=none,id=cd0', '-device', 'ide-cd,drive=cd0'],
  });
  await mock.start();
  const { machine } = mock;
  expect(machine.inventory()).toEqual({
    state: 'prelaunch',
    devices: [
      { name: 'port0', type: 'pcie-root-port', bus: 'pcie.0' },
      { name: '/machine/peripheral-anon/device[0]', type: 'ide-cd', bus: 'ide.5' },
    ],
    drives: [{ name: 'cd0', medium: undefined, format: undefined, size: undefined, trayOpen: false }],
    screen: undefined,
  });

  const client = await QmpClient.over(mock.connect());
  await client.execute('device_add', { driver: 'e1000e', id: 'nic0', bus: 'port0' });
  await client.execute('blockdev-add', { driver: 'null-co', 'node-name': 'zeroes', size: 4096 });
  const id = '/machine/peripheral-anon/device[0]';
  await client.execute('blockdev-open-tray', { id });
  expect(machine.inventory().drives).toMatchObject([{ trayOpen: true }]);
  await client.execute('blockdev-insert-medium', {
    id,
    'node-name': 'zeroes',
  });
  await client.execute('blockdev-close-tray', { id });
  await client.execute('cont');
  const screen = { width: 1, height: 1, rgb: Uint8Array.of(1, 2, 3) };
  machine.guest.screen = screen;
  expect(machine.inventory()).toMatchObject({
    state: 'running',
    devices: [{ name: 'port0' }, { type: 'ide-cd' }, { name: 'nic0', type: 'e1000e', bus: 'port0' }],
    drives: [{ name: 'cd0', medium: 'zeroes', format: 'null-co', size: 4096 }],
    screen,
  });
});

test("the journal tells of each entry while it's new", async () => {
  await using mock = new MockQmp();
  const seen: string[] = [];
  const stop = mock.journal.onEntry(({ kind, name }) =>
    seen.push(`${kind} ${name} ${mock.machine.inventory().state}`),
  );
  const client = await QmpClient.over(mock.connect());
  await client.execute('stop');
  stop();
  await client.execute('cont');
  expect(seen.slice(-3)).toEqual(['command stop running', 'event STOP paused', 'return stop paused']);
});

test('a machine that has ended has no drives', async () => {
  using scratch = new Scratch('qmp-inventory-');
  writeFileSync(scratch.file('d.raw'), new Uint8Array(4096));
  const drive = `file=${scratch.file('d.raw')},format=raw,if=none,id=d0`;
  await using mock = new MockQmp({ args: ['-machine', 'pc', '-nodefaults', '-drive', drive] });
  const client = await QmpClient.over(mock.connect());
  expect(mock.machine.inventory().drives).toMatchObject([{ name: 'd0', size: 4096 }]);
  await client.execute('quit');
  await client.closed;
  expect(mock.machine.inventory().drives).toEqual([]);
});
