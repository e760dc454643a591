/**
 * Messages between a launcher (a child of the code under test, named `qemu-system-*`) and the test's process:
 * one JSON text a line, over a UNIX socket in the directory that the launcher lies in.
 *
 * The first line of a connection says whether it belongs to a launcher, or carries the bytes of one client of
 * a chardev.
 */
import type { EndSignal, SocketPlace } from 'qmp-mock/process';

/** Both ends of a TCP connection, as `query-chardev` shows them. */
export interface TcpEnds {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** First line of a launcher: a QEMU starts. */
export interface StartLine {
  readonly type: 'start';
  /** Name that it was called by, such as `qemu-system-x86_64`. */
  readonly name: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /**
   * Texts of the files that its command line is read from (`-readconfig`), by path: a pipe can't be read
   * twice.
   */
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * First and only line of a launcher whose QEMU is refused before it opens anything: the fixture's files say
 * more.
 */
export interface RefusedLine {
  readonly type: 'refused start';
}

/** First line of a connection that carries the bytes of a chardev's client. */
export interface ClientLine {
  readonly type: 'client';
  readonly pid: number;
  /** Id of the chardev. */
  readonly chardev: string;
  /** Number of the client, by which the launcher knows it. */
  readonly client: number;
  readonly ends: TcpEnds;
}

/** Something that a launcher tells after its first line. */
export type LauncherLine =
  /** Everything is open that the command line asks for. */
  | {
      readonly type: 'opened';
      /** Its chardevs, each with its TCP port if it listens on one. */
      readonly chardevs: readonly { readonly id: string; readonly port?: number | undefined }[];
      /** Chardev on standard input and output, whose stream is on its way. */
      readonly stdio?: string | undefined;
    }
  /** It ends, since something could not be opened. */
  | { readonly type: 'failed'; readonly words: string; readonly code: number }
  /** It got a signal and leaves it to the test. */
  | { readonly type: 'signal'; readonly signal: EndSignal; readonly sender: string }
  /** A request was met. */
  | { readonly type: 'done'; readonly request: number; readonly port?: number | undefined }
  /** A request could not be met. */
  | { readonly type: 'refused'; readonly request: number; readonly error: SystemError };

/** A system's error, as Node describes it. */
export interface SystemError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly errno?: number | undefined;
  readonly syscall?: string | undefined;
}

/** Something that a test asks of a launcher and hears back about. */
export type LauncherRequest =
  /** Listen, and relay each client. */
  | { readonly type: 'listen'; readonly chardev: string; readonly place: SocketPlace }
  /** Connect, and relay the connection. */
  | { readonly type: 'dial'; readonly chardev: string; readonly place: SocketPlace }
  /** Stop listening, and remove the socket's file. */
  | { readonly type: 'close'; readonly chardev: string };

/** A request with its number. */
export type NumberedRequest = LauncherRequest & { readonly request: number };

/** Something that a test tells a launcher. */
export type TestLine =
  /** The test has the machine: signals are its business from now on. */
  | { readonly type: 'take' }
  | { readonly type: 'write'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | NumberedRequest
  /** A client's connection has ended for good, or is to be broken (`reset`). */
  | { readonly type: 'drop'; readonly client: number; readonly reset: boolean }
  /** End, once clients have been sent everything; sockets and pid file go. */
  | { readonly type: 'exit'; readonly code: number }
  /** Die by this signal, as a crash does; sockets and pid file stay. */
  | { readonly type: 'die'; readonly signal: NodeJS.Signals }
  /** The test is over: leave nothing, and be gone. */
  | { readonly type: 'vanish' };

/** Splits a stream into lines and calls back for each, parsed. */
export function onJsonLines(stream: NodeJS.ReadableStream, onLine: (line: unknown) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line));
  });
}
