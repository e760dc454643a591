import { QmpCommandError } from 'qmp-core/errors';
import { NotModelledError } from '../../engine/not-modelled.ts';
import { hostPortsOf, isSamePort, lookAtPorts, type HostPort } from '../../machine/net/host-ports.ts';
import { makeBackend } from '../../machine/net/net-backend.ts';
import { NetdevValues } from '../../machine/net/netdev-values.ts';
import type { Host } from '../host.ts';
import type { StartContext } from './start-context.ts';

/** The network clients that were checked before. */
export interface NetworksBefore {
  /** Ids of backends, and names of ports of hubs. */
  readonly names: Set<string>;
  /** Ports of the host that they have open. */
  readonly ports: HostPort[];
}

/** Looks at the ports of the host that the networks of a command line open. */
export async function lookAtNetworks(
  context: StartContext,
  { whyNotBound }: Pick<Host, 'whyNotBound'>,
): Promise<void> {
  const ports = context
    .of('netdev', 'nic', 'net')
    .flatMap(({ argument }) => hostPortsOf(NetdevValues.ofOption(argument)));
  if (ports.length > 0) context.whyNotBound = await lookAtPorts(ports, whyNotBound);
}

const IN_USE = 'Address already in use';

/** Why a network backend can't be had; `undefined` if it can. */
export function whyNotBackend(
  context: StartContext,
  values: NetdevValues,
  before: NetworksBefore,
): string | undefined {
  // A stream connects when QEMU runs: a start doesn't fail at it.
  if (values.type === 'stream') return undefined;
  try {
    const { forwards, ports } = makeBackend(values.type, values, {
      rules: context.rules,
      chardevKind: (id) => context.chardevKind(id),
      hasClient: (name) => before.names.has(name),
      whyNotOpened: (path) => context.file.whyNotReadable(path),
      whyNotWritable: (path) => context.file.whyNotWritable(path),
      whyNotBound: (port) =>
        before.ports.some((other) => isSamePort(other, port)) ? IN_USE : context.whyNotBound(port),
    });
    before.ports.push(...forwards, ...ports);
    return undefined;
  } catch (error) {
    if (error instanceof QmpCommandError && !(error instanceof NotModelledError)) return error.desc;
    throw error;
  }
}
