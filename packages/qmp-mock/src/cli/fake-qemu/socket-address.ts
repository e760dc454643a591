/** Where a socket chardev listens or dials. */
export type SocketPlace =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'inet'; readonly host: string; readonly port: string }
  | { readonly kind: 'fd'; readonly fd: number };

/** What a chardev is to be. */
export type ChardevSpec =
  | {
      readonly kind: 'socket';
      readonly place: SocketPlace;
      readonly server: boolean;
      /** Whether the start waits for a client. */
      readonly wait: boolean;
      readonly telnet: boolean;
      /** Dial again after so many ms; 0: do not. */
      readonly reconnectMs: number;
      readonly mux: boolean;
    }
  | { readonly kind: 'stdio'; readonly mux: boolean }
  | { readonly kind: 'file'; readonly path: string; readonly append: boolean; readonly mux: boolean }
  /** A kind that takes no client: it is there, and does nothing. */
  | { readonly kind: 'inert'; readonly name: string; readonly mux: boolean };
