import { QmpClient, QmpCommandError } from 'qmp-core';
import { describe, expect, test } from 'vitest';
import { MockQmp } from './mock-qmp.ts';
import { NEWEST } from '../../test/support/versions.ts';

describe('a first look', () => {
  test('serves a client in memory', async () => {
    const mock = new MockQmp();
    const client = await QmpClient.over(mock.connect());
    expect(client.greeting?.QMP.version.qemu.major).toBe(11);
    mock.handle('query-block', []);
    expect(await client.execute('query-block')).toEqual([]);
    await client.execute('stop');
    expect(String(mock.journal)).toBe('→  query-block\n←  query-block: []\n→  stop\n⚡  STOP\n←  stop: {}');
    expect(mock.received('stop')).toHaveLength(1);
    expect(mock.received.map((command) => command.execute)).toEqual(['query-block', 'stop']);
    mock.verify();
    await client.close();
    await mock.close();
  });

  test('listens', async () => {
    const mock = new MockQmp();
    const address = await mock.listen();
    const client = await QmpClient.connect(address);
    mock.handle('eject', () => {
      throw new QmpCommandError('DeviceNotFound', "Device 'cd0' not found");
    });
    await expect(client.execute('eject', { device: 'cd0' })).rejects.toThrow("Device 'cd0' not found");
    await client.close();
    await mock.close();
  });

  test('its monitors and their chardevs are in its own queries', async () => {
    const mock = new MockQmp({ qemu: NEWEST });
    const { path } = (await mock.listen()) as { path: string };
    const beside = await QmpClient.over(mock.connect());
    const chardevs = (listening: string): unknown => [
      { label: 'compat_monitor1', filename: 'unix:', 'frontend-open': true },
      { label: 'compat_monitor0', filename: listening, 'frontend-open': true },
    ];
    expect(await beside.execute('query-chardev')).toEqual(chardevs(`disconnected:unix:${path},server=on`));
    const client = await QmpClient.connect(path);
    expect(await client.execute('query-chardev')).toEqual(chardevs(`unix:${path},server=on`));
    await expect(client.execute('chardev-remove', { id: 'compat_monitor0' })).rejects.toThrow(
      "Chardev 'compat_monitor0' is busy",
    );
    await client.close();
    await beside.close();
    await mock.close();
  });

  test('`-compat` reaches the arguments too', async () => {
    const mock = new MockQmp({ qemu: NEWEST, args: ['-compat', 'unstable-input=reject'] });
    const client = await QmpClient.over(mock.connect());
    await expect(client.execute('migrate-set-parameters', { 'x-checkpoint-delay': 1 })).rejects.toThrow(
      'disabled by policy',
    );
    await client.close();
    await mock.close();
  });
});
