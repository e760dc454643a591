import { notModelled } from '../../engine/not-modelled.ts';
import { addressOf } from './ipv4.ts';

/** A port of the host that leads to one of the guest (`hostfwd=`). */
export interface HostForward {
  readonly protocol: 'tcp' | 'udp';
  /** Address of the host; 0 for all of them. */
  readonly host: number;
  readonly hostPort: number;
  /** Address of the guest; 0 for the one that it gets first. */
  readonly guest: number;
  readonly guestPort: number;
}

const MOST = 65_535;

/**
 * Reads `[tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport` (`slirp_hostfwd` in QEMU's `net/slirp.c`).
 *
 * @returns QEMU's word for the fault, if there is one.
 */
export function parseForward(rule: string): HostForward | string {
  const [protocol, rest] = cut(rule, ':');
  if (rest === undefined) return 'No : separators';
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== '') return 'Bad protocol name';
  if (rest.startsWith('unix:')) notModelled(`the host forwarding rule ${rule}`);
  const [host, ports] = cut(rest, ':');
  if (ports === undefined) return 'Missing : separator';
  const hostAddress = host === '' ? 0 : addressOf(host);
  if (hostAddress === undefined) return 'Bad host address';
  const [hostPort, guest] = cut(ports, '-');
  if (guest === undefined) return 'Bad host port separator';
  // Versions differ in whether nothing is port 0.
  if (hostPort === '') notModelled(`the host forwarding rule ${rule}`);
  if (!/^\d+$/.test(hostPort) || Number(hostPort) > MOST) return 'Bad host port';
  const [guestHost, guestPort] = cut(guest, ':');
  if (guestPort === undefined) return 'Missing guest address';
  const guestAddress = guestHost === '' ? 0 : addressOf(guestHost);
  if (guestAddress === undefined) return 'Bad guest address';
  if (!/^\d+$/.test(guestPort) || Number(guestPort) < 1 || Number(guestPort) > MOST) return 'Bad guest port';
  return {
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    host: hostAddress,
    hostPort: Number(hostPort),
    guest: guestAddress,
    guestPort: Number(guestPort),
  };
}

/** Reads `[tcp|udp]:[hostaddr]:hostport`, as `hostfwd_remove` takes it; `undefined` if it isn't that. */
export function parseForwarded(
  text: string,
): Pick<HostForward, 'protocol' | 'host' | 'hostPort'> | undefined {
  const [, protocol = '', host = '', port = ''] = /^(tcp|udp|):([^:]*):(\d+)$/.exec(text) ?? [];
  const address = host === '' ? 0 : addressOf(host);
  if (port === '' || address === undefined) return undefined;
  return { protocol: protocol === 'udp' ? 'udp' : 'tcp', host: address, hostPort: Number(port) };
}

function cut(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
