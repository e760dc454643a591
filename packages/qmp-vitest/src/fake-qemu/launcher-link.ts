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
import type { ArrivedClient, Opened, PassedSignal, StandIn } from './stand-in.ts';

interface PendingRequest {
  readonly resolve: (port: number | undefined) => void;
  readonly reject: (error: Error) => void;
}

interface SettleOpened {
  readonly resolve: (opened: Opened) => void;
  readonly reject: (error: Error) => void;
}

/** A launcher in Node, which has the sockets of its QEMU and relays their clients. */
export class LauncherLink implements StandIn {
  readonly start: StartLine;
  readonly opened: Promise<Opened>;
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #requests = new Map<number, PendingRequest>();
  readonly #clients: { readonly client: ArrivedClient; readonly stream: ClientStream }[] = [];
  readonly #signals: PassedSignal[] = [];
  readonly #settleOpened: SettleOpened;
  #onClient: ((client: ArrivedClient, stream: ClientStream) => void) | undefined;
  #onSignal: ((signal: PassedSignal) => void) | undefined;
  #exitCode: number | undefined;
  #count = 0;

  constructor(socket: Socket, start: StartLine) {
    this.start = start;
    this.#socket = socket;
    let settle!: SettleOpened;
    this.opened = new Promise((resolve, reject) => (settle = { resolve, reject }));
    // It rejects for those who wait, but nobody has to wait.
    this.opened.catch(() => {});
    this.#settleOpened = settle;
    this.ended = new Promise((resolve) => socket.on('close', () => resolve()));
    void this.ended.then(() => this.#rejectAll());
    onJsonLines(socket, (line) => this.#told(line as LauncherLine));
    this.tell({ type: 'take' });
  }

  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  onClient(take: (client: ArrivedClient, stream: ClientStream) => void): void {
    this.#onClient = take;
    for (const { client, stream } of this.#clients.splice(0)) take(client, stream);
  }

  onSignal(action: (signal: PassedSignal) => void): void {
    this.#onSignal = action;
    for (const signal of this.#signals.splice(0)) action(signal);
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
    const client = { chardev, ends };
    const stream = withEnds(socket, ends, (reset) => this.tell({ type: 'drop', client: number, reset }));
    if (this.#onClient === undefined) this.#clients.push({ client, stream });
    else this.#onClient(client, stream);
  }

  #told(line: LauncherLine): void {
    switch (line.type) {
      case 'opened':
        return this.#settleOpened.resolve(line);
      case 'failed':
        this.#exitCode = line.code;
        return this.#settleOpened.reject(new Error(line.words.trimEnd()));
      case 'signal':
        if (this.#onSignal === undefined) this.#signals.push(line);
        else this.#onSignal(line);
        return;
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
    this.#settleOpened.reject(error);
    for (const { reject } of this.#requests.values()) reject(error);
    this.#requests.clear();
    for (const { stream } of this.#clients.splice(0)) stream.destroy();
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
