import type { Duplex } from 'node:stream';
import type { Clock } from '../engine/clock.ts';
import type { ImageFiles } from '../machine/block/image/byte-file.ts';
import type { LookAtPort } from '../machine/net/host-ports.ts';
import type { QemuProfile } from '../engine/profile.ts';
import type { ReadArguments } from './command-line/read-arguments.ts';
import type { SocketPlace } from './command-line/socket-address.ts';
import type { HostFiles } from './host-files.ts';

/** A byte stream to a client, with both addresses of its connection if it came over TCP. */
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
 * Makes the connections of socket chardevs. Each method rejects with a system error (`code`, `errno`,
 * `syscall`), which the chardev puts into QEMU's words. Any other error is passed on.
 */
export interface SocketHost {
  /**
   * Listens. As QEMU does, it first unlinks a file with the name of the UNIX socket.
   *
   * @param onClient - Called for each client.
   */
  listen(request: SocketRequest, onClient: (stream: ClientStream) => void): Promise<Listener>;
  /** Connects to a listener. */
  dial(request: SocketRequest): Promise<ClientStream>;
  /** Gives the stream of a descriptor that the process inherited; `ENOTSOCK` for anything but a socket. */
  inherit(request: { readonly id: string; readonly fd: number }): Promise<ClientStream>;
}

/** The surroundings of a QEMU process. */
export interface Host extends SocketHost {
  /** Process id. */
  readonly pid: number;
  /** Name that the process was started by. QEMU's messages begin with it. */
  readonly program: string;
  /** The clock. */
  readonly clock: Clock;
  /** The clock for dialling again. Default: `clock`. */
  readonly socketClock?: Clock | undefined;
  /**
   * Whether another process has opened everything that the command line asks for. If so, `listen`, `dial`,
   * `inherit` and `stdio` give the streams of the clients that come there. Default: false.
   */
  readonly opened?: boolean | undefined;
  /**
   * Gives the command line as this process has read it before, by that version; `undefined` if it has not.
   */
  alreadyRead?(profile: QemuProfile): ReadArguments | undefined;
  /** Files. */
  readonly file: HostFiles;
  /**
   * Tells why KVM couldn't be used (`No such file or directory`); `undefined` if it could. If it's left out,
   * KVM is there.
   */
  whyNoKvm?(): string | undefined;
  /**
   * Tells why a port can't be bound (`Address already in use`); `undefined` if it can. The port isn't kept.
   * If it's left out, every port can be had.
   */
  readonly whyNotBound?: LookAtPort | undefined;
  /**
   * Ids of threads of the process, which its iothreads are said to be: programs look at threads by them.
   * Default: ids that nobody has.
   */
  readonly threads?: readonly number[] | undefined;
  /** Opens disk images. If it is left out, whatever has a file in the block graph isn't modelled. */
  readonly images?: ImageFiles | undefined;
  /** Gives standard input and output as one stream. */
  stdio(): Duplex;
  /** Writes to stdout. */
  stdout(text: string): void;
  /** Writes to stderr. */
  stderr(text: string): void;
  /**
   * Writes the process id to a file that only its user can read.
   *
   * @returns A function that removes the file.
   * @throws Error with the code `EAGAIN` if another QEMU has it, or the system's.
   */
  writePidFile(path: string): () => void;
  /**
   * Goes into the background (`-daemonize`).
   *
   * @param descriptors - Descriptors that chardevs inherit.
   * @returns Whether this process continues. If not, another has taken over.
   */
  daemonize(descriptors: readonly number[]): boolean;
  /**
   * Says that everything is open, so that a process that waits for the one in the background may continue.
   */
  ready(): void;
  /**
   * Ends the process, because the QEMU has ended.
   *
   * @param code - Exit status.
   * @param sent - Settles when all output has been sent, or its time is up.
   */
  exit(code: number, sent: Promise<void>): void;
}
