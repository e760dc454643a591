import type { QmpCommandError } from 'qmp-core/errors';
import { genericError } from '../command.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { BackendContext } from './backend-context.ts';
import type { HostForward } from './host-forward.ts';
import { hostPortsOf, isSamePort, type HostPort } from './host-ports.ts';
import { showAddress } from './ipv4.ts';
import type { NetdevValues } from './netdev-values.ts';
import { dgramInfo, socketInfo } from './socket-backends.ts';
import { userNetwork } from './user-network.ts';

/** A network backend that can be made. */
export interface Backend {
  /** The end of its line in `info network`; `undefined` if it isn't modelled what that says. */
  readonly info: string | undefined;
  /** Ports of the host that lead to the guest. */
  readonly forwards: readonly HostForward[];
  /** Other ports of the host that it has open. */
  readonly ports: readonly HostPort[];
  /** The address that its guest gets first. */
  readonly guest: number;
}

type Maker = (values: NetdevValues, context: BackendContext) => string | undefined;

const MAKERS: Readonly<Record<string, Maker>> = {
  socket: (values, context) => {
    const info = socketInfo(values);
    const fd = values.get('fd');
    if (fd === undefined) return info;
    assertDescriptor(fd, context);
    return notModelled('sockets that were inherited');
  },
  dgram: dgramInfo,
  hubport: (values, { hasClient }) => {
    const netdev = values.get('netdev');
    if (netdev !== undefined && !hasClient(netdev)) throw genericError(`netdev '${netdev}' not found`);
    return '';
  },
  stream: () => notModelled('a network backend that is a stream'),
  tap: tapInfo,
  bridge: bridgeHelper,
  l2tpv3: (values) => {
    if (values.isOn('udp') && !(values.has('srcport') && values.has('dstport'))) {
      throw genericError('need both src and dst port for udp');
    }
    return notModelled('L2TPv3 tunnels');
  },
  vde: (values, { whyNotOpened }) => {
    const path = values.get('sock') ?? '/var/run/vde.ctl';
    const why = whyNotOpened?.(path);
    if (why !== MISSING) notModelled('VDE switches');
    throw genericError(`Could not open vde: ${MISSING}`);
  },
  'vhost-user': vhostUserInfo,
  'vhost-vdpa': (values, { whyNotOpened }) => {
    const [path, fd] = [values.get('vhostdev'), values.get('vhostfd')];
    if (fd !== undefined && !/^\d/.test(fd)) notModelled('vhost-vdpa');
    if (path === undefined && fd === undefined) {
      throw genericError('vhost-vdpa: neither vhostdev= nor vhostfd= was specified');
    }
    const why = path === undefined ? undefined : whyNotOpened?.(path);
    if (why === undefined) notModelled('vhost-vdpa');
    throw genericError(`Could not open '${path}': ${why}`);
  },
  passt: (values, { whyNotOpened }) => {
    const path = values.get('path');
    if (path?.includes('/') !== true || whyNotOpened?.(path) !== MISSING) notModelled('passt');
    throw genericError(`Error creating daemon: Failed to execute child process “${path}” (${MISSING})`);
  },
  'af-xdp': () => notModelled('AF_XDP sockets'),
};

/** Kinds that the schema knows, and the binaries that were recorded don't have. */
const NOT_COMPILED: ReadonlySet<string> = new Set(['netmap', 'nic', 'none']);
const MISSING = 'No such file or directory';
const MOST_QUEUES = 1024;

/**
 * A network backend like this (`net_client_init1` in QEMU's `net/net.c`), whose members have passed the
 * schema's check. Throws QEMU's refusal.
 */
export function makeBackend(type: string, values: NetdevValues, context: BackendContext): Backend {
  if (type === 'user') {
    const network = userNetwork(values, context);
    assertForwarded(values.list('hostfwd').toReversed(), network.forwards, context);
    return { ...network, ports: [] };
  }
  if (NOT_COMPILED.has(type)) {
    throw genericError(`network backend '${type}' is not compiled into this binary`);
  }
  const make = Object.hasOwn(MAKERS, type) ? MAKERS[type] : undefined;
  if (make === undefined) notModelled(`a network backend ${type}`);
  const info = make(values, context);
  const path = type === 'dgram' ? values.get('local.path') : undefined;
  const whyNot = path === undefined ? undefined : context.whyNotWritable?.(path);
  if (whyNot !== undefined) throw genericError(`can't bind unix=${path} to socket: ${whyNot}`);
  const ports = hostPortsOf(values);
  for (const port of ports) {
    const why = context.whyNotBound?.(port);
    if (why === undefined) continue;
    throw genericError(`can't bind ip=${showAddress(port.host)} to socket: ${why}`);
  }
  return { info, forwards: [], ports, guest: 0 };
}

/** Throws QEMU's refusal of rules of which one can't be had. They are in the order of opening. */
function assertForwarded(
  rules: readonly string[],
  forwards: readonly HostForward[],
  { whyNotBound }: Pick<BackendContext, 'whyNotBound'>,
): void {
  for (const [index, forward] of forwards.entries()) {
    const isTaken =
      forwards.slice(0, index).some((other) => isSamePort(other, forward)) ||
      whyNotBound?.(forward) !== undefined;
    if (isTaken) throw forwardRefused(rules[index] ?? '');
  }
}

/** QEMU's refusal of a rule of `hostfwd`. */
export function forwardRefused(rule: string): QmpCommandError {
  return genericError(`Could not set up host forwarding rule '${rule}'`);
}

/** Interfaces of the host: whether they can be had, it alone knows. */
function tapInfo(values: NetdevValues, context: BackendContext): never {
  const { fd, fds, helper } = context.rules.tapConflicts;
  const own = ['ifname', 'script', 'downscript', 'vnet_hdr'];
  const conflicts = (refusal: string): void => {
    const words = refusal.split(' are ')[0]?.split(/[\s,]/) ?? [];
    const names = words.filter((word) => word.includes('=')).map((word) => word.slice(0, word.indexOf('=')));
    if (values.has(...names)) throw genericError(refusal);
  };
  if (values.has('fd')) conflicts(fd);
  else if (values.has('fds')) conflicts(fds);
  else if (values.has('helper')) conflicts(helper);
  for (const name of [...values.list('fd'), ...values.list('fds').flatMap((list) => list.split(':'))]) {
    assertDescriptor(name, context);
  }
  if (values.has(...own, 'fd', 'fds') || !values.has('helper')) notModelled('network interfaces of the host');
  return bridgeHelper(values, context);
}

/** Throws QEMU's refusal of a descriptor that isn't there by its name (`monitor_fd_param`). */
function assertDescriptor(name: string, { hasDescriptor }: BackendContext): void {
  if (/^\d/.test(name)) return;
  if (hasDescriptor === undefined) throw genericError(`Invalid file descriptor number '${name}'`);
  if (!hasDescriptor(name)) throw genericError(`File descriptor named '${name}' has not been found`);
}

function bridgeHelper(values: Pick<NetdevValues, 'get'>, { whyNotOpened }: BackendContext): never {
  const helper = values.get('helper');
  if (helper?.startsWith('/') === true && whyNotOpened?.(helper) === MISSING) {
    throw genericError('bridge helper failed');
  }
  return notModelled('bridges of the host');
}

function vhostUserInfo(values: NetdevValues, { chardevKind }: BackendContext): never {
  const id = values.get('chardev') ?? '';
  const kind = chardevKind(id);
  if (kind === undefined) throw genericError(`chardev "${id}" not found`);
  if (kind !== 'socket') throw genericError(`chardev "${id}" is not reconnectable`);
  const queues = Number(values.get('queues') ?? 1);
  if (queues < 1 || queues > MOST_QUEUES) {
    throw genericError(`vhost-user number of queues must be in range [1, ${MOST_QUEUES}]`);
  }
  return notModelled('vhost-user');
}
