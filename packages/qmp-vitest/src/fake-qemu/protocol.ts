/**
 * What the launcher (a child of the code under test, named `qemu-system-*`) and the test process tell each other:
 * one JSON text a line, over a UNIX socket in the directory that the launcher lies in.
 *
 * The first line from a launcher says whether the connection controls it or carries the bytes of one chardev.
 */

/** First line of a connection. */
export type FirstLine =
  | {
      readonly type: 'control';
      /** Name that it was called by, such as `qemu-system-x86_64`. */
      readonly name: string;
      readonly pid: number;
      readonly argv: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string;
      /** Whether it is the part that goes on in the background, started by another launcher. */
      readonly background: boolean;
    }
  | { readonly type: 'pipe'; readonly pid: number; readonly pipe: string };

/** A signal that a launcher passes on. */
export type LauncherSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** What a launcher tells later. */
export type LauncherLine =
  /** It got this signal, and leaves it to the test what becomes of that. */
  | { readonly signal: LauncherSignal }
  /** A descriptor that was asked for is no socket. */
  | { readonly refused: string }
  /** It listens on a descriptor. */
  | { readonly listening: string };

/** What the test tells a launcher. */
export type TestLine =
  | { readonly type: 'write'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** Connect standard input and output, or an inherited descriptor, to a new connection. */
  | { readonly type: 'pipe'; readonly pipe: string; readonly fd: number | 'stdio' }
  /** Listen on an inherited descriptor, and connect each client to a new connection. */
  | { readonly type: 'listen'; readonly pipe: string; readonly fd: number }
  /** Start yourself anew in the background, with these descriptors, and end when that says that it is ready, or ends. */
  | { readonly type: 'daemonize'; readonly descriptors: readonly number[] }
  /** To the one in the background: the one that started it may end. */
  | { readonly type: 'ready' }
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'die'; readonly signal: NodeJS.Signals };

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
