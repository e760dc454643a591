import { QmpClient, QmpCommandError } from 'qmp-core';
import { describe, expect, test } from 'vitest';
import { MockQmp } from './mock-qmp.ts';

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
});
