import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';
import { parseForward, type HostForward } from './host-forward.ts';
import { addressOf, networkOf, showAddress, within } from './ipv4.ts';
import { parseIpv6, prefixOf } from './ipv6.ts';
import type { BackendContext } from './backend-context.ts';
import type { NetdevValues } from './netdev-values.ts';

/** A network of the guest's own, with addresses of QEMU in it (`net_slirp_init` in QEMU's `net/slirp.c`). */
export interface UserNetwork {
  readonly info: string;
  readonly forwards: readonly HostForward[];
  /** The address that the guest gets first. */
  readonly guest: number;
}

/** Masks of networks without one, by the bits that the address begins with; the first that fits counts. */
const CLASSES: readonly (readonly [bits: number, mask: number, bitsOfMask: number])[] = [
  [0, 0x80_00_00_00, 8],
  [0xac_10_00_00, 0xff_f0_00_00, 12],
  [0x80_00_00_00, 0xc0_00_00_00, 16],
  [0xc0_a8_00_00, 0xff_ff_00_00, 16],
  [0xc6_12_00_00, 0xff_fe_00_00, 15],
];
/** Address of the host in a network. */
const HOST = 0x02_02;
/** Address of the name server. */
const DNS = 0x02_03;
/** First address for guests. */
const DHCP = 0x02_0f;
const SMB = '/usr/sbin/smbd';
const LONGEST = 255;
const DEFAULT_PREFIX = 'fec0::';

/** A network of `-netdev user`. Throws QEMU's refusal. */
export function userNetwork(values: NetdevValues, context: BackendContext): UserNetwork {
  const four = values.has('ipv4') ? !values.isOff('ipv4') : !values.isOn('ipv6');
  const six = values.has('ipv6') ? !values.isOff('ipv6') : !values.isOn('ipv4');
  if (!four && values.has('net', 'host', 'dns')) refuse('IPv4 disabled but netmask/host/dns provided');
  if (!six && values.has('ipv6-prefix', 'ipv6-host', 'ipv6-dns')) {
    refuse('IPv6 disabled but prefix/host6/dns6 provided');
  }
  if (!four && !six) refuse('IPv4 and IPv6 disabled');
  const { network, mask } = networkAndMask(values.get('net') ?? '10.0.2.0/24');
  const restricted = values.isOn('restrict');
  const guest = checkAddresses(values, network, mask, restricted);
  addressGiven(values, 'smbserver', 'Failed to parse SMB address');
  checkIpv6(values, restricted);
  checkNames(values);
  // QEMU keeps the rules in a list that it puts new ones in front of.
  const forwards = values.list('hostfwd').toReversed().map(forwardOf);
  for (const rule of values.list('guestfwd')) checkGuestForward(rule, network, mask);
  if (values.list('guestfwd').length > 1) notModelled('several guest forwarding rules');
  if (values.has('smb')) {
    if (context.whyNotOpened?.(SMB) === undefined) notModelled('an SMB server for the guest');
    refuse(`Could not find '${SMB}', please install it`);
  }
  return { info: `net=${showAddress(network)},restrict=${restricted ? 'on' : 'off'}`, forwards, guest };
}

/** A rule of `hostfwd=`. Throws QEMU's refusal. */
export function forwardOf(rule: string): HostForward {
  const forward = parseForward(rule);
  if (typeof forward === 'string') refuse(`Invalid host forwarding rule '${rule}' (${forward})`);
  return forward;
}

function refuse(text: string): never {
  throw genericError(text);
}

function networkAndMask(text: string): { readonly network: number; readonly mask: number } {
  const slash = text.indexOf('/');
  const address = addressOf(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) refuse('Failed to parse netmask');
  const mask = maskOf(slash < 0 ? undefined : text.slice(slash + 1), address);
  return { network: networkOf(address, mask), mask };
}

function maskOf(text: string | undefined, address: number): number {
  const ofBits = (bits: number): number => (0xff_ff_ff_ff << (32 - bits)) >>> 0;
  if (text === undefined) {
    const found = CLASSES.find(([bits, mask]) => networkOf(address, mask) === bits);
    return ofBits(found?.[2] ?? 24);
  }
  if (/^\d+$/.test(text) || text === '') {
    const bits = Number(text);
    if (bits < 4 || bits > 32) refuse('Invalid netmask provided (must be in range 4-32)');
    return ofBits(bits);
  }
  const mask = addressOf(text);
  if (mask === undefined) refuse('Failed to parse netmask (trailing chars)');
  return mask;
}

/** Addresses of QEMU in the network; gives the first one for guests. */
function checkAddresses(values: NetdevValues, network: number, mask: number, restricted: boolean): number {
  const belongs = (address: number): boolean => networkOf(address, mask) === network;
  const host = addressGiven(values, 'host', 'Failed to parse host') ?? within(network, mask, HOST);
  if (!belongs(host)) refuse("Host doesn't belong to network");
  const dns = addressGiven(values, 'dns', 'Failed to parse DNS') ?? within(network, mask, DNS);
  if (restricted && !belongs(dns)) refuse("DNS doesn't belong to network");
  if (dns === host) refuse('DNS must be different from host');
  const dhcp =
    addressGiven(values, 'dhcpstart', 'Failed to parse DHCP start address') ?? within(network, mask, DHCP);
  if (!belongs(dhcp)) refuse("DHCP doesn't belong to network");
  if (dhcp === host || dhcp === dns) refuse('DHCP must be different from host and DNS');
  return dhcp;
}

function addressGiven(values: NetdevValues, name: string, refusal: string): number | undefined {
  const text = values.get(name);
  return text === undefined ? undefined : (addressOf(text) ?? refuse(refusal));
}

function checkIpv6(values: NetdevValues, restricted: boolean): void {
  const parse = (name: string, refusal: string): bigint | undefined => {
    const text = values.get(name);
    return text === undefined ? undefined : (parseIpv6(text) ?? refuse(refusal));
  };
  const prefix = parse('ipv6-prefix', 'Failed to parse IPv6 prefix') ?? parseIpv6(DEFAULT_PREFIX) ?? 0n;
  const length = Number(values.get('ipv6-prefixlen') ?? 64) || 64;
  if (length < 0 || length > 126) {
    refuse('Invalid IPv6 prefix provided (IPv6 prefix length must be between 0 and 126)');
  }
  const belongs = (address: bigint | undefined): boolean =>
    address === undefined || prefixOf(address, length) === prefixOf(prefix, length);
  if (!belongs(parse('ipv6-host', 'Failed to parse IPv6 host')))
    refuse("IPv6 Host doesn't belong to network");
  const dns = parse('ipv6-dns', 'Failed to parse IPv6 DNS');
  if (restricted && !belongs(dns)) refuse("IPv6 DNS doesn't belong to network");
}

function checkNames(values: NetdevValues): void {
  if (values.get('domainname') === '') refuse("'domainname' parameter cannot be empty");
  for (const [name, shown] of [
    ['domainname', 'domainname'],
    ['hostname', 'vhostname'],
    ['tftp-server-name', 'tftp-server-name'],
  ] as const) {
    if ((values.get(name)?.length ?? 0) > LONGEST) refuse(`'${shown}' parameter cannot exceed 255 bytes`);
  }
}

/** `[tcp]:[server]:port-device`: what leads to a program is modelled, what opens a chardev isn't. */
function checkGuestForward(rule: string, network: number, mask: number): void {
  const [, server, port = '', device = ''] = /^(?:tcp)?:([^:]*):(\d+)-(.*)$/.exec(rule) ?? [];
  if (server === undefined || Number(port) < 1 || Number(port) > 65_535) {
    refuse(`Invalid guest forwarding rule '${rule}'`);
  }
  const address = server === '' ? undefined : addressOf(server);
  if (server !== '' && address === undefined) refuse(`Invalid guest forwarding rule '${rule}'`);
  if (!device.startsWith('cmd:')) notModelled(`the guest forwarding rule ${rule}`);
  if (address === undefined) return;
  if (networkOf(address, mask) !== network) {
    refuse(`Conflicting/invalid host:port in guest forwarding rule '${rule}'`);
  }
  // Whether QEMU's own addresses can be had is up to the version of libslirp.
  if (address - network < 16) notModelled(`the guest forwarding rule ${rule}`);
}
