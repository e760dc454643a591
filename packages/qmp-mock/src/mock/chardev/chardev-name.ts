import type { Duplex } from 'node:stream';
import type { BoundAddress, QmpAddress } from 'qmp-core/transport';
import type { MachineRules } from '../../machine/machine-rules.ts';

/** Where the socket of a monitor is: what it listens on, what it dialled, or neither where it was handed over. */
export interface Place {
  readonly server?: BoundAddress | undefined;
  readonly peer?: QmpAddress | undefined;
}

/** The ends of a TCP connection. */
interface Ends {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** How QEMU's `query-chardev` describes the socket (`filename`): `disconnected:unix:/tmp/q.sock,server=on`. */
export function chardevName(place: Place, client: Duplex | undefined, rules: MachineRules): string {
  const { server, peer } = place;
  const suffix = server === undefined ? '' : ',server=on';
  const path =
    server !== undefined && 'path' in server ? server.path : peer?.kind === 'unix' ? peer.path : '';
  const host = server !== undefined && 'host' in server ? server : peer?.kind === 'tcp' ? peer : undefined;
  if (client === undefined) {
    return `disconnected:${host === undefined ? `unix:${path}` : `tcp:${host.host}:${host.port}`}${suffix}`;
  }
  if (host === undefined) {
    return `unix:${server !== undefined || rules.clientPathShown ? path : ''}${suffix}`;
  }
  const { localAddress, localPort, remoteAddress, remotePort } = client as Duplex & Ends;
  return `tcp:${localAddress}:${localPort}${suffix} <-> ${remoteAddress}:${remotePort}`;
}
