import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { resolve } from 'node:path';

/** Node's own channel: it is told of each socket of this process that is about to dial. */
const CHANNEL = 'net.client.socket';

/**
 * Makes dials from this process to a UNIX socket fail as the kernel does if the queue of a listening socket
 * is full. Node accepts every client at once and can't leave one in the queue, so the dials themselves are
 * refused.
 */
export class FullQueue {
  fired = 0;
  readonly #isMeant: (path: string) => boolean;
  readonly #times: number;

  /**
   * @param isMeant - Tells whether an absolute path is that of the socket with the full queue.
   * @param times - Number of dials to refuse.
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

/**
 * Finds the path in the arguments of `connect`, which Node has brought into one form:
 * `[[options, callback]]`.
 */
function pathOf(args: readonly unknown[]): string | undefined {
  const [first] = args;
  const options: unknown = Array.isArray(first) ? first[0] : first;
  if (typeof options !== 'object' || options === null || !('path' in options)) return undefined;
  return typeof options.path === 'string' ? options.path : undefined;
}

/** Makes the error as Node makes it. */
function busy(path: string): Error {
  return Object.assign(new Error(`connect EAGAIN ${path}`), {
    errno: -constants.errno.EAGAIN,
    code: 'EAGAIN',
    syscall: 'connect',
    address: path,
  });
}
