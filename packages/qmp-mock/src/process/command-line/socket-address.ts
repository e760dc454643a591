/** Address that a socket chardev listens on or dials. */
export type SocketPlace =
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'inet';
      readonly host: string;
      readonly port: string;
      /** The only family of addresses that will do. */
      readonly family?: 4 | 6 | undefined;
    }
  | { readonly kind: 'fd'; readonly fd: number };

/** Members of every chardev. */
interface ChardevBase {
  /** Whether several frontends may share it. */
  readonly mux: boolean;
  /** File that all its output is copied to. */
  readonly logFile?: { readonly path: string; readonly append: boolean } | undefined;
}

/** Specification of a chardev. */
export type ChardevSpec = ChardevBase & ChardevKind;

type ChardevKind =
  | {
      readonly kind: 'socket';
      readonly place: SocketPlace;
      readonly server: boolean;
      /** Whether the start waits for a client. */
      readonly wait: boolean;
      readonly telnet: boolean;
      /** Time in ms after which it dials again. Default: it doesn't. */
      readonly reconnectMs?: number | undefined;
      /** Id of the TLS credentials that it asks for. */
      readonly tlsCreds?: string | undefined;
    }
  | { readonly kind: 'stdio' }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly append: boolean;
      /** File that is read from. */
      readonly input?: string | undefined;
    }
  /** A kind that doesn't take clients and does nothing. */
  | {
      readonly kind: 'inert';
      readonly name: string;
      /** Path that has to exist. */
      readonly opens?: string | undefined;
      /** Chardevs below a multiplexer or a hub. */
      readonly bases?: readonly string[] | undefined;
    };
