import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { HostPort } from '../../machine/net/host-ports.ts';
import { showAddress } from '../../machine/net/ipv4.ts';
import { strerror } from '../strerror.ts';

/**
 * Tells why a port of this host can't be bound (`Address already in use`); `undefined` if it can. The port is
 * bound for that, and given up at once: nobody but the system knows.
 *
 * @example
 * const why = await whyNotBound({ protocol: 'tcp', host: 0, hostPort: 2222 })
 */
export async function whyNotBound({
  protocol,
  host,
  hostPort,
  shared = false,
}: HostPort): Promise<string | undefined> {
  const address = showAddress(host);
  try {
    if (protocol === 'tcp') {
      const server = createServer().listen({ host: address, port: hostPort, exclusive: true });
      await once(server, 'listening');
      server.close();
    } else {
      const socket = createSocket({ type: 'udp4', reuseAddr: shared });
      socket.bind({ address, port: hostPort, exclusive: true });
      await once(socket, 'listening').finally(() => socket.close());
    }
    return undefined;
  } catch (error) {
    return strerror(error);
  }
}
