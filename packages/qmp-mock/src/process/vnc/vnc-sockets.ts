import type { VncAddress } from '../../machine/ui/vnc/vnc-server.ts';
import type { VncPlace } from '../../machine/ui/vnc/vnc-servers.ts';
import { listenError } from '../chardev/socket-errors.ts';
import type { SocketPlace } from '../command-line/socket-address.ts';
import { StartError } from '../command-line/start-error.ts';
import type { ClientStream, Listener, SocketHost } from '../host.ts';

/** A socket that listens, with its address as QEMU shows it. */
interface Socket {
  readonly address: VncAddress;
  readonly listener: Listener;
}

/** Parts of {@link VncSockets}. */
export interface VncSocketsParts {
  readonly listen: SocketHost['listen'];
  /** Called for each client, with the id of the server. */
  readonly onClient: (id: string, stream: ClientStream, address: VncAddress) => void;
}

/** The sockets on which VNC servers listen. */
export class VncSockets {
  readonly #parts: VncSocketsParts;
  readonly #sockets = new Map<string, readonly Socket[]>();
  #count = 0;

  constructor(parts: VncSocketsParts) {
    this.#parts = parts;
  }

  /** Addresses that a server listens at, in the order in which they were opened. */
  of(id: string): readonly VncAddress[] {
    return (this.#sockets.get(id) ?? []).map(({ address }) => address);
  }

  /**
   * Makes a server listen at these places, and nowhere else.
   *
   * @throws StartError with QEMU's words. The places before the one that was refused stay.
   */
  async listen(id: string, places: readonly VncPlace[]): Promise<void> {
    await this.#close(id);
    for (const place of places) {
      for (const socket of await this.#open(id, place)) {
        this.#sockets.set(id, [...(this.#sockets.get(id) ?? []), socket]);
      }
    }
  }

  /** Listens no more. */
  async close(): Promise<void> {
    await Promise.all([...this.#sockets.keys()].map((id) => this.#close(id)));
  }

  async #close(id: string): Promise<void> {
    const sockets = this.#sockets.get(id) ?? [];
    this.#sockets.delete(id);
    await Promise.all(sockets.map(async ({ listener }) => listener.close()));
  }

  async #open(id: string, place: VncPlace): Promise<Socket[]> {
    if (place.type === 'unix') {
      const listener = await this.#listen(id, { kind: 'unix', path: place.path }, 'unix');
      return [{ listener, address: { host: '', service: place.path, family: 'unix', websocket: false } }];
    }
    const sockets: Socket[] = [];
    for (const { host, family } of addressesOf(place)) {
      const port = sockets[0]?.address.service ?? place.port;
      sockets.push(await this.#openPort(id, { host, family, port: Number(port), text: port, to: place.to }));
    }
    return sockets;
  }

  /** Tries one port after another, as long as they are taken. */
  async #openPort(
    id: string,
    {
      host,
      family,
      port,
      text,
      to = port,
    }: {
      readonly host: string;
      readonly family: 4 | 6;
      readonly port: number;
      readonly text: string;
      readonly to?: number | undefined;
    },
  ): Promise<Socket> {
    const name = family === 4 ? 'ipv4' : 'ipv6';
    let refusal: Error = new StartError('Failed to create a socket');
    for (let next = port; next <= to || Number.isNaN(port); next++) {
      const place = { kind: 'inet', host, family, port: Number.isNaN(port) ? text : String(next) } as const;
      try {
        const listener = await this.#listen(id, place, name);
        const service = String(listener.port ?? next);
        return { listener, address: { host, service, family: name, websocket: false } };
      } catch (error) {
        refusal = error as Error;
        if (!refusal.message.includes('in use')) throw refusal;
      }
    }
    throw refusal;
  }

  async #listen(id: string, place: SocketPlace, family: VncAddress['family']): Promise<Listener> {
    const { listen, onClient } = this.#parts;
    try {
      return await listen({ id: `vnc:${id}:${this.#count++}`, place }, (stream) =>
        onClient(id, stream, clientAddress(stream, family)),
      );
    } catch (error) {
      throw listenError(place, error);
    }
  }
}

/** Addresses that the name of a host stands for; an empty one is every address. */
function addressesOf({ host, family }: VncPlace & { type: 'inet' }): { host: string; family: 4 | 6 }[] {
  if (host.includes(':')) return [{ host, family: 6 }];
  if (host === '') {
    const any = [
      { host: '0.0.0.0', family: 4 },
      { host: '::', family: 6 },
    ] as const;
    return any.filter((one) => family === undefined || one.family === family);
  }
  if (host === 'localhost') return [family === 6 ? { host, family } : { host: '127.0.0.1', family: 4 }];
  return [{ host, family: 4 }];
}

function clientAddress(stream: ClientStream, family: VncAddress['family']): VncAddress {
  if (family === 'unix') return { host: '', service: '', family, websocket: false };
  const { remoteAddress = '', remotePort = 0 } = stream;
  return { host: remoteAddress, service: String(remotePort), family, websocket: false };
}
