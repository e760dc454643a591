import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Launcher } from './launcher-handle.ts';
import type { FirstLine } from './protocol.ts';

/** Longest first line of a connection: a command line and an environment are a few KB, and the kernel caps both. */
const FIRST_LINE_LIMIT = 8 * 1024 * 1024;

/** The test's end of the launchers: one socket that each of them connects to. */
export class ControlServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #launchers = new Map<number, Launcher>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Binds the socket.
   *
   * @param onLauncher Called for each launcher that has started, once.
   * @throws the system's error where the path cannot be bound.
   */
  static async listen(path: string, onLauncher: (launcher: Launcher) => void): Promise<ControlServer> {
    const server = createServer();
    const control = new ControlServer(server);
    server.on('connection', (socket) => control.#accept(socket, onLauncher));
    server.listen(path);
    await once(server, 'listening');
    return control;
  }

  /** Ends every launcher that still runs, and the socket. */
  async close(): Promise<void> {
    const launchers = [...this.#launchers.values()];
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([closed, ...launchers.map((launcher) => launcher.ended)]);
  }

  #accept(socket: Socket, onLauncher: (launcher: Launcher) => void): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    readFirstLine(socket, (line) => {
      if (line.type === 'pipe') {
        const launcher = this.#launchers.get(line.pid);
        if (launcher === undefined) socket.destroy();
        else launcher.takePipe(line.pipe, socket);
        return;
      }
      const launcher = new Launcher(socket, line);
      this.#launchers.set(line.pid, launcher);
      void launcher.ended.then(() => this.#launchers.delete(line.pid));
      onLauncher(launcher);
    });
  }
}

/** Reads up to the first line feed and leaves every byte behind it in the socket. */
function readFirstLine(socket: Socket, onLine: (line: FirstLine) => void): void {
  let read = Buffer.alloc(0);
  const take = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    read = Buffer.concat([read, chunk]);
    const end = read.indexOf('\n');
    if (end < 0) {
      if (read.length > FIRST_LINE_LIMIT) socket.destroy();
      return;
    }
    socket.off('readable', take);
    if (end + 1 < read.length) socket.unshift(read.subarray(end + 1));
    try {
      onLine(JSON.parse(read.subarray(0, end).toString()) as FirstLine);
    } catch {
      socket.destroy();
    }
  };
  socket.on('readable', take);
}
