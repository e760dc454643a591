import { QmpCommandError } from 'qmp-core/errors';
import { NotModelledError } from '../../engine/not-modelled.ts';
import { isSamePort, type HostForward } from '../../machine/net/host-forward.ts';
import { makeBackend } from '../../machine/net/net-backend.ts';
import type { NetdevValues } from '../../machine/net/netdev-values.ts';
import type { StartContext } from './start-context.ts';

/** The network clients that were checked before. */
export interface NetworksBefore {
  /** Ids of backends, and names of ports of hubs. */
  readonly names: Set<string>;
  /** Ports of the host that lead to guests. */
  readonly forwards: HostForward[];
}

/** Why a network backend can't be had; `undefined` if it can. */
export function whyNotBackend(
  context: StartContext,
  values: NetdevValues,
  before: NetworksBefore,
): string | undefined {
  // A stream connects when QEMU runs: a start doesn't fail at it.
  if (values.type === 'stream') return undefined;
  try {
    const { forwards } = makeBackend(values.type, values, {
      rules: context.rules,
      chardevKind: (id) => context.chardevKind(id),
      hasClient: (name) => before.names.has(name),
      whyNotOpened: (path) => context.file.whyNotReadable(path),
    });
    const rules = values.list('hostfwd').toReversed();
    for (const [index, forward] of forwards.entries()) {
      if (before.forwards.some((other) => isSamePort(other, forward))) {
        return `Could not set up host forwarding rule '${rules[index]}'`;
      }
      before.forwards.push(forward);
    }
    return undefined;
  } catch (error) {
    if (error instanceof QmpCommandError && !(error instanceof NotModelledError)) return error.desc;
    throw error;
  }
}
