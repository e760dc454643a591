import { dialError } from './chardev/socket-errors.ts';
import type { SocketPlace } from './command-line/socket-address.ts';
import type { SocketHost } from './host.ts';

/**
 * Tries an address of a migration (`tcp:HOST:PORT`, `unix:PATH`): QEMU's words for why nobody is there, or
 * `undefined` if somebody is. The connection is closed again.
 */
export async function whyNotReached(
  host: Pick<SocketHost, 'dial'>,
  uri: string,
): Promise<string | undefined> {
  const place = placeOf(uri);
  try {
    const stream = await host.dial({ id: 'migration', place });
    stream.destroy();
    return undefined;
  } catch (error) {
    return dialError(place, error).message;
  }
}

function placeOf(uri: string): SocketPlace {
  if (uri.startsWith('unix:')) return { kind: 'unix', path: uri.slice('unix:'.length) };
  const [, host = '', port = ''] = /^tcp:(.*):([^:,]*)/.exec(uri) ?? [];
  return { kind: 'inet', host: host.replace(/^\[(.*)\]$/, '$1') || 'localhost', port };
}
