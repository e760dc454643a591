import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { ClientLine, RefusedLine, StartLine } from './control-protocol.ts';
import { endStandIn } from './end-stand-in.ts';
import { LauncherLink } from './launcher-link.ts';

/**
 * Longest first line of a connection: a command line and an environment are a few KB, and the kernel caps
 * both.
 */
const FIRST_LINE_LIMIT = 8 * 1024 * 1024;

type FirstLine = StartLine | ClientLine | RefusedLine;

/** Listener of a {@link ControlServer}. */
export interface ControlListener {
  /** Called for each launcher that has started, once. */
  readonly onLauncher: (launcher: LauncherLink) => void;
  /** Called when a start was refused, after it was recorded. */
  readonly onRefused: () => void;
}

/** The test's end of the launchers: one socket that each of them connects to. */
export class ControlServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #launchers = new Map<number, LauncherLink>();
  /** Clients of launchers whose own first line is still on its way. */
  readonly #early: { readonly line: ClientLine; readonly socket: Socket }[] = [];
  readonly #listener: ControlListener;

  private constructor(server: Server, listener: ControlListener) {
    this.#server = server;
    this.#listener = listener;
    server.on('connection', (socket) => this.#accept(socket));
  }

  /**
   * Binds the socket.
   *
   * @throws the system's error if the path can't be bound.
   */
  static async listen(path: string, listener: ControlListener): Promise<ControlServer> {
    const server = createServer();
    const control = new ControlServer(server, listener);
    server.listen(path);
    await once(server, 'listening');
    return control;
  }

  /** Ends every launcher that still runs, and the socket. Resolves when they are gone. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all([...this.#launchers.values()].map((launcher) => endStandIn(launcher)));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    readFirstLine(socket, (line) => {
      if (line.type === 'start') return this.#started(socket, line);
      if (line.type === 'refused start') {
        socket.destroy();
        return this.#listener.onRefused();
      }
      const launcher = this.#launchers.get(line.pid);
      if (launcher === undefined) this.#early.push({ line, socket });
      else launcher.takeClient(line, socket);
    });
  }

  #started(socket: Socket, line: StartLine): void {
    const launcher = new LauncherLink(socket, line);
    this.#launchers.set(line.pid, launcher);
    void launcher.ended.then(() => this.#launchers.delete(line.pid));
    this.#listener.onLauncher(launcher);
    for (let at = this.#early.length - 1; at >= 0; at--) {
      const early = this.#early[at]!;
      if (early.line.pid !== line.pid) continue;
      this.#early.splice(at, 1);
      launcher.takeClient(early.line, early.socket);
    }
  }
}

/** Reads up to the first line feed and leaves every byte behind it in the socket. */
function readFirstLine(socket: Socket, onLine: (line: FirstLine) => void): void {
  let read = Buffer.alloc(0);
  const take = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    read = Buffer.concat([read, chunk]);
    const length = read.indexOf('\n');
    if (length < 0) {
      if (read.length > FIRST_LINE_LIMIT) socket.destroy();
      return;
    }
    socket.off('readable', take);
    if (length + 1 < read.length) socket.unshift(read.subarray(length + 1));
    try {
      onLine(JSON.parse(read.subarray(0, length).toString()) as FirstLine);
    } catch {
      socket.destroy();
    }
  };
  socket.on('readable', take);
}
