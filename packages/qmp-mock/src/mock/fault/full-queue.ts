import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { resolve } from 'node:path';

/** Node's own channel: it is told of each socket of this process that is about to dial. */
const CHANNEL = 'net.client.socket';

/**
 * Lets dials of this process to a UNIX socket fail as the kernel does where the queue of a listening socket is full. Node
 * accepts whoever comes, and cannot be told to leave anybody in the queue: so the dials themselves are turned away.
 */
export class FullQueue {
  fired = 0;
  readonly #isMeant: (path: string) => boolean;
  readonly #times: number;

  /**
   * @param isMeant - Whether a path, as an absolute one, is that of the socket whose queue is full.
   * @param times - How many dials are turned away.
   */
  constructor(isMeant: (path: string) => boolean, times: number) {
    this.#isMeant = isMeant;
    this.#times = times;
    if (times > 0) subscribe(CHANNEL, this.#onSocket);
  }

  clear(): void {
    unsubscribe(CHANNEL, this.#onSocket);
  }

  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    const connect = socket.connect.bind(socket) as (...args: unknown[]) => Socket;
    socket.connect = (...args: unknown[]): Socket => {
      Reflect.deleteProperty(socket, 'connect');
      const path = pathOf(args);
      if (path === undefined || this.fired >= this.#times || !this.#isMeant(resolve(path))) {
        return connect(...args);
      }
      this.fired++;
      if (this.fired >= this.#times) this.clear();
      return socket.destroy(busy(path));
    };
  };
}

/** The path in what `connect` was given, which Node has brought into one form: `[[options, callback]]`. */
function pathOf(args: readonly unknown[]): string | undefined {
  const [first] = args;
  const options: unknown = Array.isArray(first) ? first[0] : first;
  if (typeof options !== 'object' || options === null || !('path' in options)) return undefined;
  return typeof options.path === 'string' ? options.path : undefined;
}

/** The error as Node makes it. */
function busy(path: string): Error {
  return Object.assign(new Error(`connect EAGAIN ${path}`), {
    errno: -constants.errno.EAGAIN,
    code: 'EAGAIN',
    syscall: 'connect',
    address: path,
  });
}
