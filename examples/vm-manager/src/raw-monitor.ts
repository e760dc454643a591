import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Monitor, MonitorEvent } from './monitor.ts';

interface Message extends MonitorEvent {
  QMP?: unknown;
  return?: unknown;
  error?: { class: string; desc: string };
  id?: number;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A monitor without a library: a socket, lines of JSON, and ids. */
export class RawMonitor implements Monitor {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #events: MonitorEvent[] = [];
  #onEvent: () => void = () => {};
  #count = 0;
  #rest = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.once('close', () => this.#hungUp());
  }

  static async connect(this: void, path: string): Promise<RawMonitor> {
    const socket = connect(path);
    await once(socket, 'connect');
    const monitor = new RawMonitor(socket);
    await monitor.execute('qmp_capabilities');
    return monitor;
  }

  execute(command: string, args?: Record<string, unknown>): Promise<unknown> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      if (this.#socket.destroyed) reject(new Error('QEMU has hung up'));
      else this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  async event(
    name: string,
    timeout: number,
    match: Record<string, unknown> = {},
  ): Promise<MonitorEvent | undefined> {
    const late = AbortSignal.timeout(timeout);
    while (!late.aborted) {
      const at = this.#events.findIndex(
        ({ event, data = {} }) =>
          event === name && Object.entries(match).every(([key, value]) => data[key] === value),
      );
      if (at >= 0) return this.#events.splice(at, 1)[0];
      if (this.#socket.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        this.#onEvent = resolve;
        late.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#socket.end();
    await this.closed;
  }

  #hungUp(): void {
    for (const pending of this.#pending.values()) pending.reject(new Error('QEMU has hung up'));
    this.#onEvent();
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(JSON.parse(line) as Message);
  }

  #take(message: Message): void {
    if (message.event !== undefined) {
      this.#events.push(message);
      return this.#onEvent();
    }
    const pending = this.#pending.get(message.id ?? 0);
    this.#pending.delete(message.id ?? 0);
    if (message.error === undefined) pending?.resolve(message.return);
    else pending?.reject(new Error(message.error.desc));
  }
}
