import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { QmpClient } from 'qmp-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MockQmp } from '../mock/mock-qmp.ts';
import { whyNotBound } from './node/ports.ts';

/** A port of the loopback interface that somebody listens on. */
async function takenPort(protocol: 'tcp' | 'udp'): Promise<number> {
  if (protocol === 'udp') {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    onTestFinished(() => void socket.close());
    await once(socket, 'listening');
    return socket.address().port;
  }
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port of the loopback interface that nobody has. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const BARE = ['-machine', 'none', '-nodefaults', '-display', 'none'];

describe('ports of the host that others have', () => {
  it.for([
    ['user,id=n,hostfwd=tcp:127.0.0.1:PORT-:22', 'tcp', "Could not set up host forwarding rule 'RULE'"],
    ['user,id=n,hostfwd=udp:127.0.0.1:PORT-:53', 'udp', "Could not set up host forwarding rule 'RULE'"],
    ['socket,id=n,listen=127.0.0.1:PORT', 'tcp', "can't bind ip=127.0.0.1 to socket: Address already in use"],
    [
      'socket,id=n,udp=127.0.0.1:9,localaddr=127.0.0.1:PORT',
      'udp',
      "can't bind ip=127.0.0.1 to socket: Address already in use",
    ],
  ] as const)('a start with -netdev %s is refused', async ([netdev, protocol, refusal]) => {
    const argument = netdev.replace('PORT', String(await takenPort(protocol)));
    const mock = new MockQmp({ args: [...BARE, '-netdev', argument] });
    const rule = argument.split('hostfwd=')[1] ?? '';
    await expect(mock.listen()).rejects.toThrow(refusal.replace('RULE', rule));
  });

  it('are not given to networks that come later', async () => {
    const rule = `tcp:127.0.0.1:${await takenPort('tcp')}-:22`;
    await using mock = new MockQmp({ args: [...BARE, '-netdev', 'user,id=u'] });
    await using client = await QmpClient.over(mock.connect());
    const line = { 'command-line': `hostfwd_add u ${rule}` };
    expect(await client.execute('human-monitor-command', line)).toBe(
      `Could not set up host forwarding rule '${rule}'\r\n`,
    );
    const hostfwd = [{ str: rule }];
    await expect(client.execute('netdev_add', { type: 'user', id: 'v', hostfwd })).rejects.toThrow(
      `Could not set up host forwarding rule '${rule}'`,
    );
  });

  it('are those of its own networks, too', async () => {
    const port = await freePort();
    const forward = `user,id=u,hostfwd=tcp:127.0.0.1:${port}-:22`;
    await using mock = new MockQmp({ args: [...BARE, '-netdev', forward] });
    await using client = await QmpClient.over(mock.connect());
    const addr = { type: 'inet', data: { host: '127.0.0.1', port: String(port) } } as const;
    await expect(client.execute('nbd-server-start', { addr })).rejects.toThrow(
      'Failed to find an available port: Address already in use',
    );
    const add = (): Promise<unknown> =>
      client.execute('chardev-add', { id: 'c', backend: { type: 'socket', data: { addr, wait: false } } });
    await expect(add()).rejects.toThrow(
      "Failed to add chardev 'c': Failed to find an available port: Address already in use",
    );
    await expect(
      client.execute('netdev_add', { type: 'socket', id: 's', listen: `127.0.0.1:${port}` }),
    ).rejects.toThrow("can't bind ip=127.0.0.1 to socket: Address already in use");
    await client.execute('netdev_del', { id: 'u' });
    await add();
    const line = { 'command-line': `netdev_add user,id=v,hostfwd=tcp:127.0.0.1:${port}-:22` };
    expect(await client.execute('human-monitor-command', line)).toContain('Could not set up host forwarding');
  });

  it('are not kept by a look at them', async () => {
    const asked = { protocol: 'tcp', host: 0x7f_00_00_01, hostPort: await freePort() } as const;
    expect(await whyNotBound(asked)).toBeUndefined();
    expect(await whyNotBound(asked)).toBeUndefined();
    expect(await whyNotBound({ ...asked, hostPort: await takenPort('tcp') })).toBe('Address already in use');
  });
});
