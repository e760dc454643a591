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

  it('can be had again when they are left', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = { protocol: 'tcp', host: 0x7f_00_00_01, hostPort: port } as const;
    expect(await whyNotBound(asked)).toBe('Address already in use');
    await new Promise((resolve) => server.close(resolve));
    // The first look didn't keep it, either.
    expect(await whyNotBound(asked)).toBeUndefined();
    expect(await whyNotBound(asked)).toBeUndefined();
  });
});
