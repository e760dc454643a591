import type { QDict } from '../../../engine/json/value.ts';

/** A byte stream to a client of an NBD server. */
export interface NbdStream {
  /** Sends bytes; tells whether it takes more before it has sent these. */
  write(bytes: Uint8Array): boolean;
  /** Ends the connection once everything is sent. */
  end(): unknown;
  /** Ends the connection at once. */
  destroy(): unknown;
  /** Stops reading. */
  pause(): unknown;
  /** Reads on. */
  resume(): unknown;
  on(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  on(event: 'drain' | 'end' | 'close' | 'error', listener: () => void): unknown;
}

/** A socket that listens. */
export interface NbdListening {
  /** Stops listening and removes the socket's file. */
  close(): unknown;
}

/** Sockets of NBD servers. */
export interface NbdHost {
  /**
   * Listens at an address (`SocketAddressLegacy` of QAPI).
   *
   * @throws Error with QEMU's words if it can't.
   */
  listen(address: QDict, onClient: (stream: NbdStream) => void): Promise<NbdListening>;
}
