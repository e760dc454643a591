import { parseBoolean } from '../command-line/qemu-opts.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { StartContext } from './start-context.ts';

type Values = ReadonlyMap<string, string>;
type BackendCheck = (values: Values, context: StartContext, ids: ReadonlySet<string>) => string | undefined;

/** QEMU's refusal of a network backend, by its type, beyond what the schema says. */
const CHECKS: Readonly<Record<string, BackendCheck>> = {
  user: checkUser,
  socket: checkSocket,
  hubport: (values, _context, ids) => {
    const netdev = values.get('netdev');
    return netdev === undefined || ids.has(netdev) ? undefined : `netdev '${netdev}' not found`;
  },
  'vhost-user': (values, { hasChardev }) => {
    const chardev = values.get('chardev') ?? '';
    if (!hasChardev(chardev)) return `chardev "${chardev}" not found`;
    return notModelled('vhost-user');
  },
  'vhost-vdpa': (values, { file }) => {
    const path = values.get('vhostdev');
    if (path === undefined && !values.has('vhostfd')) {
      return 'vhost-vdpa: neither vhostdev= nor vhostfd= was specified';
    }
    const why = path === undefined ? undefined : file.whyNotReadable(path);
    return why === undefined ? notModelled('vhost-vdpa') : `Could not open '${path}': ${why}`;
  },
  dgram: (values) => {
    const [local, remote] = [values.get('local.type'), values.get('remote.type')];
    if (local === undefined) return 'dgram requires local= parameter';
    const needsRemote = local === 'unix' || local === 'inet';
    return needsRemote && remote === undefined
      ? 'type=inet or type=unix requires remote parameter'
      : undefined;
  },
  bridge: () => notModelled('bridges of the host'),
  tap: checkTap,
  netmap: () => "network backend 'netmap' is not compiled into this binary",
  vde: () => notModelled('VDE switches'),
  'af-xdp': () => notModelled('AF_XDP sockets'),
  passt: () => notModelled('passt'),
};

/** Why a network backend can't be had; `undefined` if it can. */
export function whyNotBackend(
  context: StartContext,
  values: Values,
  ids: ReadonlySet<string>,
): string | undefined {
  const type = values.get('type') ?? '';
  return Object.hasOwn(CHECKS, type) ? CHECKS[type]?.(values, context, ids) : undefined;
}

const NUMBER_PARTS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** An IPv4 address as a number. */
function address(text: string): number | undefined {
  const [, ...parts] = NUMBER_PARTS.exec(text) ?? [];
  if (parts.length !== 4 || parts.some((part) => Number(part) > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The network of `net=`: `10.0.2.0/24`, with a mask of its own class if it gives none. */
function networkOf(text: string): { readonly base: number; readonly bits: number } | string {
  const [place = '', mask] = text.split('/');
  const base = address(place);
  if (mask === undefined) {
    if (base === undefined) return 'Failed to parse netmask';
    return { base, bits: place.startsWith('10.') ? 24 : 16 };
  }
  if (base === undefined) return 'Failed to parse netmask';
  if (!/^\d+$/.test(mask))
    return address(mask) === undefined ? 'Failed to parse netmask' : notModelled('such a netmask');
  const bits = Number(mask);
  if (bits < 4 || bits > 32) return 'Invalid netmask provided (must be in range 4-32)';
  return { base, bits };
}

/** The network of a guest without privileges (`net_slirp_init` in QEMU's `net/slirp.c`). */
function checkUser(values: Values): string | undefined {
  const isOff = (name: string): boolean => parseBoolean(values.get(name) ?? 'on') === false;
  if (isOff('ipv4') && isOff('ipv6')) return 'IPv4 and IPv6 disabled';
  const network = networkOf(values.get('net') ?? '10.0.2.0/24');
  if (typeof network === 'string') return network;
  const { base, bits } = network;
  const first = Math.floor(base / 2 ** (32 - bits)) * 2 ** (32 - bits);
  const belongs = (at: number): boolean => at >= first && at < first + 2 ** (32 - bits);
  const host = values.get('host');
  const hostAt = host === undefined ? first + 2 : address(host);
  if (hostAt === undefined) return 'Failed to parse host';
  if (!belongs(hostAt)) return "Host doesn't belong to network";
  const dhcp = values.get('dhcpstart');
  const dhcpAt = dhcp === undefined ? first + 15 : address(dhcp);
  if (dhcpAt === undefined) return 'Failed to parse DHCP start address';
  if (!belongs(dhcpAt)) return "DHCP doesn't belong to network";
  if (dhcpAt === hostAt) return 'DNS must be different from host and DHCP';
  const dns = values.get('dns');
  const dnsAt = dns === undefined ? first + 3 : address(dns);
  if (dnsAt === undefined) return 'Failed to parse DNS';
  if (dnsAt === hostAt) return 'DNS must be different from host';
  if (values.has('smb')) notModelled('an SMB server for the guest');
  for (const name of ['ipv6-net', 'ipv6-prefix', 'ipv6-host', 'ipv6-dns', 'smbserver']) {
    if (values.has(name)) notModelled(`the option ${name} of a user network`);
  }
  return checkForwards(values.get('hostfwd')?.split('\n') ?? [], values.get('guestfwd')?.split('\n') ?? []);
}

function checkForwards(host: readonly string[], guest: readonly string[]): string | undefined {
  for (const rule of host) {
    const why = whyNotForward(rule);
    if (why !== undefined) return `Invalid host forwarding rule '${rule}' (${why})`;
  }
  for (const rule of guest) {
    if (!/^(tcp:)?[^:]*:\d+-.+$/.test(rule)) return `Invalid guest forwarding rule '${rule}'`;
    if (!/-cmd:/.test(rule)) notModelled(`the guest forwarding rule ${rule}`);
  }
  return undefined;
}

/** `[tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport` (`slirp_hostfwd`). */
function whyNotForward(rule: string): string | undefined {
  const at = rule.indexOf(':');
  if (at < 0) return 'No : separators';
  const protocol = rule.slice(0, at);
  if (!['tcp', 'udp', ''].includes(protocol)) return 'Bad protocol name';
  const rest = rule.slice(at + 1);
  if (rest.startsWith('unix:')) notModelled(`the host forwarding rule ${rule}`);
  const colon = rest.indexOf(':');
  if (colon < 0) return 'Missing : separator';
  const host = rest.slice(0, colon);
  if (host !== '' && address(host) === undefined) return 'Bad host address';
  const [hostPort, guest] = splitAt(rest.slice(colon + 1), '-');
  if (guest === undefined) return 'Bad host port separator';
  if (!/^\d+$/.test(hostPort) || Number(hostPort) > 65_535) return 'Bad host port';
  const [guestHost, guestPort] = splitAt(guest, ':');
  if (guestPort === undefined) return 'Missing guest address';
  if (guestHost !== '' && address(guestHost) === undefined) return 'Bad guest address';
  if (!/^\d+$/.test(guestPort) || Number(guestPort) < 1 || Number(guestPort) > 65_535)
    return 'Bad guest port';
  return undefined;
}

function splitAt(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Sockets between machines (`net_init_socket`). */
function checkSocket(values: Values): string | undefined {
  const fd = values.get('fd');
  if (fd !== undefined) {
    if (!/^\d+$/.test(fd)) return `Invalid file descriptor number '${fd}'`;
    return notModelled('sockets that were inherited');
  }
  const ways = ['listen', 'connect', 'mcast', 'udp'].filter((name) => values.has(name));
  if (ways.length !== 1) return 'exactly one of listen=, connect=, mcast= or udp= is required';
  const [way = ''] = ways;
  if (way === 'udp' && !values.has('localaddr')) return 'localaddr= is mandatory with udp=';
  const place = values.get(way) ?? '';
  if (!place.includes(':')) {
    return `host address '${place}' doesn't contain ':' separating host from port`;
  }
  if (way !== 'mcast') return undefined;
  const at = address(place.split(':')[0] ?? '');
  if (at === undefined || (at >= 0xe0_00_00_00 && at < 0xf0_00_00_00)) return undefined;
  const shown = at.toString(16).padStart(8, '0');
  return `specified mcastaddr ${place.split(':')[0]} (0x${shown}) does not contain a multicast address`;
}

/** Network interfaces of the host: whether they can be had, it alone knows. */
function checkTap(values: Values): string | undefined {
  const fd = values.get('fd');
  if (fd === undefined && !values.has('fds')) {
    return parseBoolean(values.get('vhost') ?? 'off') === true ? notModelled('vhost of the host') : undefined;
  }
  if (
    fd !== undefined &&
    ['ifname', 'script', 'downscript', 'vnet_hdr', 'helper', 'queues', 'fds'].some((name) => values.has(name))
  ) {
    return notModelled('such a tap');
  }
  if (fd !== undefined && !/^\d+$/.test(fd)) return `Invalid file descriptor number '${fd}'`;
  return notModelled('network interfaces that were inherited');
}
