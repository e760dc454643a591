import { describe } from 'vitest';
import { expect, test } from 'qmp-vitest';
import { quoted, secrets } from './secrets.ts';

describe('a cassette', () => {
  test.override('qemuOptions', { args: ['-object', `secret,id=s,data=${quoted(secrets.data)}`] });

  test('talks', async ({ qmp }) => {
    await qmp.execute('object-add', { 'qom-type': 'secret', id: 't', data: secrets.vnc });
    await qmp.execute('qom-get', { path: '/objects/t', property: 'data' });
    await qmp.execute('human-monitor-command', { 'command-line': `set_password vnc "${secrets.hmp}"` });
    const url = `https://me:${encodeURIComponent(secrets.url)}@localhost:1/disk`;
    await expect(
      qmp.execute('blockdev-add', { driver: 'https', 'node-name': 'a', url, cookie: secrets.cookie }),
    ).rejects.toThrow();
    if (process.env['DRIFT'] === '1')
      await qmp.execute('set_password', { protocol: 'vnc', password: secrets.vnc });
  });
});
