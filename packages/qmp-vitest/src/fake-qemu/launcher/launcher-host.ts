import process from 'node:process';
import {
  dialTo,
  inheritSocket,
  listenAt,
  NODE_FILES,
  ProcessHost,
  type NodeHost,
  type ClientStream,
  type Listener,
  type SocketRequest,
} from 'qmp-mock/process';

/**
 * The host of a QEMU whose machine is in another process. It remembers the sockets that it has opened and the
 * text that it has printed.
 */
export class LauncherHost extends ProcessHost {
  /** Sockets that listen, by the chardev's id. */
  readonly listeners: Map<string, Listener> = new Map();
  /** Chardevs that listen on a UNIX socket. */
  readonly unixServers: Set<string> = new Set();
  /** Texts of the files that were read, by path. */
  readonly texts: Map<string, string> = new Map();
  override readonly file: NodeHost['file'] = {
    ...NODE_FILES,
    read: (path) => {
      const text = NODE_FILES.read(path);
      this.texts.set(path, text);
      return text;
    },
  };
  /** Called before a socket or a stream is opened. */
  onOpening: () => void = () => {};
  #said = '';
  #outlives = false;

  /** Everything that was written to the standard error stream. */
  get saidOnStderr(): string {
    return this.#said;
  }

  override readonly listen = async (
    request: SocketRequest,
    onClient: (stream: ClientStream) => void,
  ): Promise<Listener> => {
    this.onOpening();
    const listener = await listenAt(request, onClient);
    this.listeners.set(request.id, listener);
    if (request.place.kind === 'unix') this.unixServers.add(request.id);
    return listener;
  };

  override readonly dial: NodeHost['dial'] = (request) => {
    this.onOpening();
    return dialTo(request);
  };

  override readonly inherit: NodeHost['inherit'] = (request) => {
    this.onOpening();
    return inheritSocket(request);
  };

  /** Whatever machine a suite runs on, it means the same. */
  override whyNoKvm(): undefined {}

  override stdout(text: string): void {
    this.#outliveReaders();
    super.stdout(text);
  }

  override stderr(text: string): void {
    this.#said += text;
    this.#outliveReaders();
    super.stderr(text);
  }

  /** Ignores readers that have gone, as QEMU does: a synchronous call that times out closes its end first. */
  #outliveReaders(): void {
    if (this.#outlives) return;
    this.#outlives = true;
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  }
}
