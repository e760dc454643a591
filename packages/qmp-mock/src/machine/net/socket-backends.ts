import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';
import { addressOf, isMulticast, showAddress } from './ipv4.ts';
import type { NetdevValues } from './netdev-values.ts';

/** Sockets between machines (`net_init_socket` in QEMU's `net/socket.c`). Gives their words. */
export function socketInfo(values: NetdevValues): string | undefined {
  const ways = values.given('fd', 'listen', 'connect', 'mcast', 'udp');
  const [way = ''] = ways;
  if (ways.length !== 1) refuse('exactly one of listen=, connect=, mcast= or udp= is required');
  if (values.has('localaddr') && way !== 'mcast' && way !== 'udp') {
    refuse('localaddr= is only valid with mcast= or udp=');
  }
  const place = values.get(way) ?? '';
  if (way === 'fd') return undefined;
  const local = values.get('localaddr');
  if (way === 'udp') {
    if (local === undefined) refuse('localaddr= is mandatory with udp=');
    assertPlace(local);
  }
  const { host, port, address } = assertPlace(place);
  switch (way) {
    case 'mcast':
      if (address === undefined || !isMulticast(address)) {
        const shown = (address ?? 0).toString(16).padStart(8, '0');
        refuse(`specified mcastaddr ${host} (0x${shown}) does not contain a multicast address`);
      }
      return `socket: mcast=${host}:${port}`;
    case 'udp':
      return `socket: udp=${host}:${port}`;
    case 'connect':
      // The text changes when it is connected.
      return undefined;
    default:
      return '';
  }
}

/** Datagrams (`net_init_dgram` in QEMU's `net/dgram.c`). Gives their words. */
export function dgramInfo(values: NetdevValues): string | undefined {
  const [local, remote] = [values.get('local.type'), values.get('remote.type')];
  if (local === undefined) {
    const host = values.get('remote.host') ?? '';
    const address = remote === 'inet' ? addressOf(host) : undefined;
    if (address === undefined || !isMulticast(address)) refuse('dgram requires local= parameter');
    return `mcast=${host}:${values.get('remote.port')}`;
  }
  if (local === 'fd') {
    if (remote !== undefined) refuse("don't set remote with local.fd");
    return notModelled('sockets that were inherited');
  }
  if (remote === undefined) refuse('type=inet or type=unix requires remote parameter');
  if (local !== remote) refuse('remote and local types must be the same');
  if (local === 'unix') return `udp=${values.get('local.path')}:${values.get('remote.path')}`;
  const shown = (end: string): string => {
    const [host = '', port = ''] = [values.get(`${end}.host`), values.get(`${end}.port`)];
    const address = host === '' ? 0 : addressOf(host);
    if (address === undefined) notModelled('a look for a host by its name');
    return `${showAddress(address)}:${Number(port)}`;
  };
  const remoteHost = addressOf(values.get('remote.host') ?? '');
  if (remoteHost !== undefined && isMulticast(remoteHost)) return undefined;
  return `udp=${shown('local')}/${shown('remote')}`;
}

/** `host:port` (`parse_host_port`). */
function assertPlace(place: string): { host: string; port: number; address: number | undefined } {
  const at = place.indexOf(':');
  if (at < 0) refuse(`host address '${place}' doesn't contain ':' separating host from port`);
  const [host, port] = [place.slice(0, at), place.slice(at + 1)];
  const address = host === '' ? 0 : addressOf(host);
  if (address === undefined) notModelled('a look for a host by its name');
  if (!/^\d+$/.test(port)) refuse(`port number '${port}' is invalid`);
  return { host, port: Number(port), address };
}

function refuse(text: string): never {
  throw genericError(text);
}
