import type { GivenOption } from '../../machine-options.ts';
import { vncOptions } from './vnc-options.ts';
import { VncServer, type VncAddress } from './vnc-server.ts';

/** The surroundings of VNC servers. */
export interface VncHost {
  /** Sockets that the server with that id listens on, in the order in which they were opened. */
  sockets(id: string): readonly VncAddress[];
  /**
   * Makes a server listen elsewhere; it stops to listen where it did. Its clients stay.
   *
   * @param addresses - Members of `SocketAddress` of QEMU's schema.
   * @throws Error with QEMU's words.
   */
  listen(id: string, addresses: readonly VncPlace[]): Promise<void>;
}

/** An address to listen at. */
export type VncPlace =
  | { readonly type: 'unix'; readonly path: string }
  | {
      readonly type: 'inet';
      readonly host: string;
      readonly port: string;
      /** Last port to try. Default: only `port`. */
      readonly to?: number | undefined;
      /** The only family of addresses that will do. */
      readonly family?: 4 | 6 | undefined;
    };

/** Parts of {@link makeVncServers}. */
export interface VncServersParts {
  readonly given: readonly GivenOption[];
  readonly host: VncHost | undefined;
  readonly emit: (event: string, data: Record<string, unknown>) => void;
  /** The time, in seconds since 1970. */
  readonly now: () => number;
  /** Type of the TLS credentials with that id. */
  readonly credentials: (id: string) => string | undefined;
}

/** The VNC servers of a command line, in its order. */
export function makeVncServers({ given, host, emit, now, credentials }: VncServersParts): VncServer[] {
  return vncOptions(given).map((options) => {
    const sockets = (): readonly VncAddress[] => host?.sockets(options.id) ?? [];
    const server = new VncServer({ options, emit, now, sockets });
    const tls = options.values.get('tls-creds');
    if (tls !== undefined && credentials(tls) === 'tls-creds-anon') server.secrecy = 'tls';
    return server;
  });
}
