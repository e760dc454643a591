import type { Socket } from 'node:net';
import {
  onJsonLines,
  type ClientLine,
  type LauncherLine,
  type LauncherRequest,
  type StartLine,
  type TestLine,
} from './control-protocol.ts';

/** Everything that a launcher has opened. */
export type Opened = LauncherLine & { readonly type: 'opened' };

/** A signal that a launcher has passed on. */
export type PassedSignal = LauncherLine & { readonly type: 'signal' };

interface PendingRequest {
  readonly resolve: (port: number | undefined) => void;
  readonly reject: (error: Error) => void;
}

interface SettleOpened {
  readonly resolve: (opened: Opened) => void;
  readonly reject: (error: Error) => void;
}

/** A launcher that runs, as the test's process sees it. */
export class LauncherLink {
  /** Its first line, which identifies it. */
  readonly start: StartLine;
  /**
   * Resolves when it has opened everything; rejects with QEMU's words if it couldn't, or if it ended before.
   */
  readonly opened: Promise<Opened>;
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #requests = new Map<number, PendingRequest>();
  readonly #clients: { readonly line: ClientLine; readonly stream: Socket }[] = [];
  readonly #signals: PassedSignal[] = [];
  readonly #settleOpened: SettleOpened;
  #onClient: ((line: ClientLine, stream: Socket) => void) | undefined;
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

  /** Exit status, if it has said that it would end by itself. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Sets the taker of its chardevs' clients. Clients that came before are handed over first. */
  onClient(take: (line: ClientLine, stream: Socket) => void): void {
    this.#onClient = take;
    for (const { line, stream } of this.#clients.splice(0)) take(line, stream);
  }

  /** Sets the handler of signals. Signals that came before are delivered first. */
  onSignal(action: (signal: PassedSignal) => void): void {
    this.#onSignal = action;
    for (const signal of this.#signals.splice(0)) action(signal);
  }

  /** Sends it a line. */
  tell(line: TestLine): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(line)}\n`);
  }

  /**
   * Sends it a request, and waits for the answer.
   *
   * @returns Port that it listens on, if it has one.
   * @throws the system's error if it couldn't.
   */
  request(what: LauncherRequest): Promise<number | undefined> {
    const request = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#requests.set(request, { resolve, reject });
      if (this.#socket.destroyed) this.#rejectAll();
      else this.tell({ ...what, request });
    });
  }

  /** A client has come. */
  takeClient(line: ClientLine, stream: Socket): void {
    if (this.#onClient === undefined) this.#clients.push({ line, stream });
    else this.#onClient(line, stream);
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
