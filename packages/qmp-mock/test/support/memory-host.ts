import type { Duplex } from 'node:stream';
import { MockClock } from '../../src/mock/mock-clock.ts';
import { duplexPair } from '../../src/process/chardev/duplex-pair.ts';
import type { ClientStream, Host, Listener, SocketRequest } from '../../src/process/host.ts';
import type { HostFiles } from '../../src/process/host-files.ts';

/** Address of a socket, as the command line writes it. */
function addressOf({ place }: SocketRequest): string {
  if (place.kind === 'unix') return place.path;
  return place.kind === 'fd' ? `fd ${place.fd}` : `${place.host}:${place.port}`;
}

function systemError(code: string, errno: number, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, errno, syscall });
}

/**
 * Surroundings of a QEMU that are all in memory: a network, files, the standard streams. With `opened`,
 * another process has opened everything, and clients come by {@link deliver}, under the id of their chardev.
 */
export class MemoryHost implements Host {
  readonly pid: number = 4711;
  readonly program: string = 'qemu-system-x86_64';
  readonly clock: MockClock;
  readonly opened: boolean;
  /** Takes what is dialled if nobody listens, and the standard streams; by default dialling is refused. */
  onDial: ((stream: ClientStream) => void) | undefined;
  /** Files, with what they hold. */
  readonly files: Map<string, string> = new Map();
  /** Everything on the standard error stream. */
  errors = '';
  /** Everything on the standard output stream. */
  output = '';
  /** Whether it said that everything is open. */
  isReady = false;
  /** Exit status, once it has ended and everything has been sent. */
  exitCode: number | undefined;
  /** Whether a process in the background takes over. */
  daemonizes = false;
  readonly #servers = new Map<string, (stream: ClientStream) => void>();
  readonly #awaited: (() => void)[] = [];

  constructor({
    opened = false,
    clock = new MockClock({ time: 0 }),
  }: { opened?: boolean; clock?: MockClock } = {}) {
    this.opened = opened;
    this.clock = clock;
  }

  readonly file: { -readonly [K in keyof HostFiles]: HostFiles[K] } = {
    read: (path) => {
      const text = this.files.get(path);
      if (text === undefined) throw systemError('ENOENT', -2, 'open');
      return text;
    },
    write: (path, text, { append } = {}) => {
      if (path.startsWith('/nonexistent/')) throw systemError('ENOENT', -2, 'open');
      this.files.set(
        path,
        (append === true ? (this.files.get(path) ?? '') : '') +
          (typeof text === 'string' ? text : Buffer.from(text).toString('latin1')),
      );
    },
    assertOpens: (path) => void this.file.read(path),
    peek: (path) => {
      const text = this.files.get(path);
      return text === undefined
        ? undefined
        : { kind: 'file', size: text.length, head: Buffer.from(text.slice(0, 4096), 'latin1') };
    },
    whyNotReadable: (path) => (this.files.has(path) ? undefined : 'No such file or directory'),
    whyNotWritable: () => undefined,
  };

  /** Addresses if somebody listens. */
  get addresses(): readonly string[] {
    return [...this.#servers.keys()];
  }

  /** Connects to an address as a client. */
  connect(address: string): Duplex {
    const [client, server] = duplexPair();
    this.deliver(address, server);
    return client;
  }

  /** Hands over a client to whoever listens at an address; with `opened`, to a chardev. */
  deliver(address: string, stream: ClientStream): void {
    const onClient = this.#servers.get(address);
    if (onClient === undefined) throw new Error(`nobody listens at ${address}`);
    onClient(stream);
  }

  /** Listens at an address as somebody else. */
  serve(address: string, onClient: (stream: ClientStream) => void): void {
    this.#servers.set(address, onClient);
  }

  /** Resolves when what it is told has come true; asked again whenever something happens. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.#awaited.push(resolve));
  }

  #happened(): void {
    for (const resolve of this.#awaited.splice(0)) resolve();
  }

  async listen(request: SocketRequest, onClient: (stream: ClientStream) => void): Promise<Listener> {
    const key = this.opened ? request.id : addressOf(request);
    if (key.startsWith('/nonexistent/')) throw systemError('ENOENT', -2, 'listen');
    this.serve(key, onClient);
    this.#happened();
    return { close: () => void this.#servers.delete(key) };
  }

  async dial(request: SocketRequest): Promise<ClientStream> {
    if (this.opened) return new Promise((resolve) => this.serve(request.id, resolve));
    const [client, server] = duplexPair();
    const onClient = this.#servers.get(addressOf(request)) ?? this.onDial;
    if (onClient === undefined) throw systemError('ECONNREFUSED', -111, 'connect');
    onClient(server);
    return client;
  }

  inherit({ id, fd }: { id: string; fd: number }): Promise<ClientStream> {
    return this.dial({ id, place: { kind: 'fd', fd } });
  }

  stdio(): Duplex {
    const [client, server] = duplexPair();
    (this.#servers.get('stdio') ?? this.onDial)?.(server);
    return client;
  }

  stdout(text: string): void {
    this.output += text;
  }

  stderr(text: string): void {
    this.errors += text;
    this.#happened();
  }

  writePidFile(path: string): () => void {
    this.file.write(path, `${this.pid}\n`);
    return () => void this.files.delete(path);
  }

  daemonize(): boolean {
    return !this.daemonizes;
  }

  ready(): void {
    this.isReady = true;
  }

  exit(code: number, sent: Promise<void>): void {
    void sent.finally(() => {
      this.exitCode = code;
      this.#happened();
    });
  }
}
