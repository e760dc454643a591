import type { Duplex } from 'node:stream';
import type { Clock } from '../engine/clock.ts';
import type { SocketPlace } from './command-line/socket-address.ts';

/** A byte stream to a client, with the ends of its connection where it came over TCP. */
export type ClientStream = Duplex & {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
};

/** A socket that a chardev asks for. */
export interface SocketRequest {
  /** Id of the chardev. */
  readonly id: string;
  /** Address that the chardev was given. */
  readonly place: SocketPlace;
}

/** A socket that listens. */
export interface Listener {
  /** Port of a TCP socket, as the system chose it. */
  readonly port?: number | undefined;
  /** Stops listening and removes the socket's file. Clients that have connected stay. */
  close(): void | Promise<void>;
}

/**
 * Makes the connections of socket chardevs. Each method rejects with a system error (`code`, `errno`, `syscall`), which the chardev
 * puts into QEMU's words; any other error is passed on as it is.
 */
export interface SocketHost {
  /**
   * Listens. What has the name of a UNIX socket is unlinked first, as QEMU does.
   *
   * @param onClient - Called for each client.
   */
  listen(request: SocketRequest, onClient: (stream: ClientStream) => void): Promise<Listener>;
  /** Connects to somebody who listens. */
  dial(request: SocketRequest): Promise<ClientStream>;
  /** Gives the stream of a descriptor that the process inherited; `ENOTSOCK` for anything but a socket. */
  inherit(request: { readonly id: string; readonly fd: number }): Promise<ClientStream>;
}

/** Reads and writes files. A relative path begins in QEMU's working directory. Each method throws a system error. */
export interface HostFiles {
  /** Gives the text of a file. */
  read(path: string): string;
  /** Writes a text to a file, which is made, emptied, or with `append` extended. */
  write(path: string, text: string | Uint8Array, options?: { readonly append?: boolean | undefined }): void;
  /** Opens a file for reading and writing, without waiting for the other end of a pipe, and closes it again. */
  assertOpens(path: string): void;
  /** Tells why a file couldn't be read (`No such file or directory`); `undefined` if it could. */
  whyNotReadable(path: string): string | undefined;
  /** Tells why a file couldn't be written (`No such file or directory`); `undefined` if it could. Writes nothing. */
  whyNotWritable(path: string): string | undefined;
}

/** Everything that a QEMU process needs of its surroundings. */
export interface Host extends SocketHost {
  /** Process id. */
  readonly pid: number;
  /** Name that the process was called by; QEMU's messages begin with it. */
  readonly program: string;
  /** Source of time. */
  readonly clock: Clock;
  /** Source of time of sockets, which dial again by it. Default: `clock`. */
  readonly socketClock?: Clock | undefined;
  /**
   * Whether another process has opened everything that the command line asks for: it is taken over then, and `listen`, `dial`, `inherit`
   * and `stdio` give the streams of the clients that come there. Default: not.
   */
  readonly opened?: boolean | undefined;
  /** Files. */
  readonly file: HostFiles;
  /** Gives standard input and output as one stream. */
  stdio(): Duplex;
  /** Writes to the standard output stream. */
  stdout(text: string): void;
  /** Writes to the standard error stream. */
  stderr(text: string): void;
  /**
   * Writes the process id to a file that only its user can read.
   *
   * @returns A function that removes the file.
   */
  writePidFile(path: string): () => void;
  /**
   * Goes into the background (`-daemonize`).
   *
   * @param descriptors - Descriptors that chardevs inherit.
   * @returns Whether this process is the one that goes on; if not, another has taken over, and nothing is left to do.
   */
  daemonize(descriptors: readonly number[]): boolean;
  /** Everything is open: whoever waits for a process in the background may go on. */
  ready(): void;
  /**
   * The QEMU has ended.
   *
   * @param code - Exit status.
   * @param sent - Settles when all that was written has been sent, or its time is up.
   */
  exit(code: number, sent: Promise<void>): void;
}
