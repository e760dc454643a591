import type { VncOptions } from './vnc-options.ts';

/** One end of a connection, as `query-vnc` shows it. */
export interface VncAddress {
  /** Empty for a UNIX socket. */
  readonly host: string;
  /** The port, or the path of a UNIX socket. */
  readonly service: string;
  readonly family: 'ipv4' | 'ipv6' | 'unix';
  readonly websocket: boolean;
}

/** A client of a {@link VncServer}. */
export interface VncClient {
  readonly address: VncAddress;
  /** Whether it wants the server for itself; `undefined` until it has said so. */
  isExclusive?: boolean | undefined;
  /** Ends its connection. */
  readonly drop: () => void;
}

/** Parts of a {@link VncServer}. */
export interface VncServerParts {
  readonly options: VncOptions;
  readonly emit: (event: string, data: Record<string, unknown>) => void;
  /** Sockets that it listens on, in the order in which they were opened. */
  readonly sockets: () => readonly VncAddress[];
  /** The time, in seconds since 1970. */
  readonly now: () => number;
}

/** A VNC server: who may connect, and who has. What clients say is read elsewhere. */
export class VncServer {
  readonly options: VncOptions;
  /** The password that clients have to know; `undefined` if none is set, so that nobody may connect. */
  password: string | undefined;
  /** Time in seconds since 1970 from which the password isn't taken any more. */
  expires: number = Infinity;
  readonly #parts: VncServerParts;
  /** Oldest first. */
  readonly #clients = new Set<VncClient>();

  constructor(parts: VncServerParts) {
    this.#parts = parts;
    this.options = parts.options;
  }

  get id(): string {
    return this.options.id;
  }

  get sockets(): readonly VncAddress[] {
    return this.#parts.sockets();
  }

  /** Its clients, the newest first. */
  get clients(): readonly VncClient[] {
    return [...this.#clients].toReversed();
  }

  /** Name of its authentication: `none`, `vnc`, `sasl`, `vencrypt+tls+vnc`, … */
  get authName(): string {
    const { auth } = this.options;
    return auth === 'vencrypt' ? `vencrypt+${this.secrecy}+${this.options.subauth}` : auth;
  }

  /** Name of the authentication within `vencrypt`: `tls-vnc`. */
  get subauthName(): string | undefined {
    const { subauth } = this.options;
    return subauth === undefined ? undefined : `${this.secrecy}-${subauth}`;
  }

  /** Kind of its credentials: `tls` for anonymous ones, `x509` for certificates. */
  secrecy: 'tls' | 'x509' = 'x509';

  /** The password that a client's answer is held against, or `undefined` if nobody may connect now. */
  get validPassword(): string | undefined {
    return this.expires < this.#parts.now() ? undefined : this.password;
  }

  /** A client has connected. If too many have yet to say who they are, the oldest of those has to go. */
  connect(client: VncClient): void {
    this.#clients.add(client);
    this.#tell('VNC_CONNECTED', client);
    const waiting = [...this.#clients].filter(({ isExclusive }) => isExclusive === undefined);
    if (waiting.length > this.options.connections) waiting[0]?.drop();
  }

  /**
   * A client has said whether it shares the server.
   *
   * @returns Whether it may go on (`vnc_server_init` in `ui/vnc.c`).
   */
  admit(client: VncClient, isExclusive: boolean): boolean {
    const { share, connections } = this.options;
    const others = [...this.#clients].filter((other) => other !== client && other.isExclusive !== undefined);
    if (share === 'allow-exclusive') {
      if (isExclusive) for (const other of others) other.drop();
      else if (others.some((other) => other.isExclusive)) return false;
    }
    if (share === 'force-shared' && isExclusive) return false;
    client.isExclusive = isExclusive;
    return [...this.#clients].filter((one) => one.isExclusive === false).length <= connections;
  }

  /** A client has been told about the screen. */
  initialized(client: VncClient): void {
    this.#tell('VNC_INITIALIZED', client);
  }

  /** A client has gone. */
  leave(client: VncClient): void {
    if (this.#clients.delete(client)) this.#tell('VNC_DISCONNECTED', client);
  }

  /** QEMU tells of clients only while it listens. */
  #tell(event: string, { address }: VncClient): void {
    const [socket] = this.sockets;
    if (socket === undefined) return;
    this.#parts.emit(event, { server: { ...socket, auth: this.authName }, client: { ...address } });
  }
}
