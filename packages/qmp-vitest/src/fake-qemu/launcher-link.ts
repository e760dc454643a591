import type { Socket } from 'node:net';
import type { ClientStream } from 'qmp-mock/process';
import {
  onJsonLines,
  type ClientLine,
  type LauncherLine,
  type LauncherRequest,
  type StartLine,
  type TcpEnds,
  type TestLine,
} from './control-protocol.ts';
import { Deferred } from './deferred.ts';
import { HeldBack } from './held-back.ts';
import type { ArrivedClient, Opened, PassedSignal, StandIn } from './stand-in.ts';

interface PendingRequest {
  readonly resolve: (port: number | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** A launcher in Node, which has the sockets of its QEMU and relays their clients. */
export class LauncherLink implements StandIn {
  readonly start: StartLine;
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #requests = new Map<number, PendingRequest>();
  readonly #opened = new Deferred<Opened>();
  readonly #clients = new HeldBack<[client: ArrivedClient, stream: ClientStream]>();
  readonly #signals = new HeldBack<[signal: PassedSignal]>();
  #exitCode: number | undefined;
  #count = 0;

  constructor(socket: Socket, start: StartLine) {
    this.start = start;
    this.#socket = socket;
    this.ended = new Promise((resolve) => socket.on('close', () => resolve()));
    void this.ended.then(() => this.#rejectAll());
    onJsonLines(socket, (line) => this.#told(line as LauncherLine));
    this.tell({ type: 'take' });
  }

  get opened(): Promise<Opened> {
    return this.#opened.promise;
  }

  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  onClient(take: (client: ArrivedClient, stream: ClientStream) => void): void {
    this.#clients.take(take);
  }

  onSignal(action: (signal: PassedSignal) => void): void {
    this.#signals.take(action);
  }

  /** Sends it a line. */
  tell(line: TestLine): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(line)}\n`);
  }

  request(what: LauncherRequest): Promise<number | undefined> {
    const request = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#requests.set(request, { resolve, reject });
      if (this.#socket.destroyed) this.#rejectAll();
      else this.tell({ ...what, request });
    });
  }

  /** A client has come. */
  takeClient({ chardev, client: number, ends }: ClientLine, socket: Socket): void {
    const stream = withEnds(socket, ends, (reset) => this.tell({ type: 'drop', client: number, reset }));
    this.#clients.put({ chardev, ends }, stream);
  }

  #told(line: LauncherLine): void {
    switch (line.type) {
      case 'opened':
        return this.#opened.resolve(line);
      case 'failed':
        this.#exitCode = line.code;
        return this.#opened.reject(new Error(line.words.trimEnd()));
      case 'signal':
        return this.#signals.put(line);
      case 'done':
        return this.#settle(line.request)?.resolve(line.port);
      case 'refused': {
        const { message, ...rest } = line.error;
        return this.#settle(line.request)?.reject(Object.assign(new Error(message), rest));
      }
    }
  }

  #settle(request: number): PendingRequest | undefined {
    const pending = this.#requests.get(request);
    this.#requests.delete(request);
    return pending;
  }

  #rejectAll(): void {
    const error = new Error(`${this.start.name} ended before its monitors were open`);
    this.#opened.reject(error);
    for (const { reject } of this.#requests.values()) reject(error);
    this.#requests.clear();
    for (const [, stream] of this.#clients.drop()) stream.destroy();
  }
}

/**
 * The connection to the launcher, as if it were the client's own: with the client's addresses, and a client
 * that sees its end.
 */
function withEnds(socket: Socket, ends: TcpEnds, drop: (reset: boolean) => void): ClientStream {
  for (const [name, value] of Object.entries(ends)) Object.defineProperty(socket, name, { value });
  let reset = false;
  socket.resetAndDestroy = () => {
    reset = true;
    return socket.destroy();
  };
  socket.once('close', () => drop(reset));
  return socket;
}
