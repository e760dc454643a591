import { NotModelledError } from '../../engine/not-modelled.ts';
import { parseForward } from './host-forward.ts';
import { addressOf, isMulticast } from './ipv4.ts';
import type { NetdevValues } from './netdev-values.ts';

/** A port of the host that a network backend opens. */
export interface HostPort {
  readonly protocol: 'tcp' | 'udp';
  /** Address of the host; 0 for all of them. */
  readonly host: number;
  readonly hostPort: number;
  /** Whether others may have it that share it, too (`SO_REUSEADDR` of UDP). */
  readonly shared?: boolean | undefined;
}

/** Reason why a port of the host can't be had (`Address already in use`), or `undefined`. */
export type WhyNotBound = (port: HostPort) => string | undefined;

/** Looks whether a port of the host can be had; gives the reason if it can't. */
export type LookAtPort = (port: HostPort) => Promise<string | undefined>;

/**
 * The ports that a backend with these values opens. Those that QEMU chooses aren't among them, nor those of
 * values that can't be read.
 */
export function hostPortsOf(values: NetdevValues): readonly HostPort[] {
  try {
    return portsOf(values).filter(({ hostPort }) => hostPort !== 0);
  } catch (error) {
    if (error instanceof NotModelledError) return [];
    throw error;
  }
}

function portsOf(values: NetdevValues): readonly HostPort[] {
  switch (values.type) {
    case '':
    case 'user':
      return values.list('hostfwd').flatMap(forwarded);
    case 'socket': {
      const [listens, sends] = [values.get('listen'), values.get('localaddr')];
      if (listens !== undefined) return placed('tcp', listens);
      return sends === undefined || !values.has('udp') ? [] : placed('udp', sends);
    }
    case 'dgram': {
      const remote = addressOf(values.get('remote.host') ?? '');
      if (values.get('local.type') !== 'inet' || (remote !== undefined && isMulticast(remote))) return [];
      return placed('udp', `${values.get('local.host')}:${values.get('local.port')}`);
    }
    default:
      return [];
  }
}

function forwarded(rule: string): readonly HostPort[] {
  const forward = parseForward(rule);
  return typeof forward === 'string' ? [] : [forward];
}

function placed(protocol: 'tcp' | 'udp', place: string): readonly HostPort[] {
  const [, name = '', port = ''] = /^([^:]*):(\d+)$/.exec(place) ?? [];
  const host = name === '' ? 0 : addressOf(name);
  return port === '' || host === undefined ? [] : [{ protocol, host, hostPort: Number(port), shared: true }];
}

/** Looks at ports of the host beforehand, so that a backend can be made at once. */
export async function lookAtPorts(
  ports: readonly HostPort[],
  look: LookAtPort | undefined,
): Promise<WhyNotBound> {
  if (look === undefined) return () => undefined;
  const reasons = await Promise.all(ports.map(async (port) => [port, await look(port)] as const));
  return (asked) => reasons.find(([port]) => isEqual(port, asked))?.[1];
}

const isEqual = (a: HostPort, b: HostPort): boolean =>
  a.protocol === b.protocol && a.host === b.host && a.hostPort === b.hostPort;

/** Whether two can't be open at once. */
export function isSamePort(a: HostPort, b: HostPort): boolean {
  if (a.protocol !== b.protocol || a.hostPort !== b.hostPort || a.hostPort === 0) return false;
  return a.host === b.host || a.host === 0 || b.host === 0;
}
