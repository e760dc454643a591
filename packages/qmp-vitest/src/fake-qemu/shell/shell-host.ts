import { resolve } from 'node:path';
import {
  dialTo,
  leavePidFiles,
  listenAt,
  NodeHost,
  type Host,
  type Listener,
  type SocketPlace,
} from 'qmp-mock/process';
import type { StartLine } from '../control-protocol.ts';
import { filesOf, imagesOf } from '../relayed-host.ts';
import { keepingSocket } from './keeping-socket.ts';
import type { ShellLink } from './shell-link.ts';

/** A socket that this process listens on for a shell. */
export interface OpenSocket {
  readonly listener: Listener;
  /** Path of its file; `undefined` for TCP. */
  readonly path: string | undefined;
}

/** The host of a QEMU whose process is a shell, and whose sockets and files this process opens for it. */
export class ShellHost extends NodeHost {
  override readonly pid: number;
  override readonly file: Host['file'];
  override readonly images: Host['images'];
  /** Sockets that listen, by the chardev's id. */
  readonly sockets: Map<string, OpenSocket> = new Map();
  /** Called before a socket is opened. */
  onOpening: () => void = () => {};
  readonly #start: StartLine;
  readonly #link: ShellLink;
  #said = '';
  #pidFile: string | undefined;

  constructor(link: ShellLink, start: StartLine) {
    super(start.name);
    this.#link = link;
    this.#start = start;
    this.pid = start.pid;
    this.file = filesOf(start);
    this.images = imagesOf(start);
  }

  /** Everything that was written to the standard error stream. */
  get saidOnStderr(): string {
    return this.#said;
  }

  /** Files that go with the process. */
  get ownFiles(): readonly string[] {
    return [this.#pidFile, ...[...this.sockets.values()].map(({ path }) => path)].filter(
      (path) => path !== undefined,
    );
  }

  override readonly listen: Host['listen'] = async ({ id, place }, onClient) => {
    this.onOpening();
    const here = this.#here(place);
    const listener = await listenAt({ id, place: here }, onClient);
    this.sockets.set(id, { listener, path: here.kind === 'unix' ? here.path : undefined });
    return listener;
  };

  override readonly dial: Host['dial'] = ({ id, place }) => {
    this.onOpening();
    return dialTo({ id, place: this.#here(place) });
  };

  override stdout(text: string): void {
    this.#link.write('stdout', text);
  }

  override stderr(text: string): void {
    this.#said += text;
    this.#link.write('stderr', text);
  }

  override writePidFile(path: string): () => void {
    const file = resolve(this.#start.cwd, path);
    const remove = super.writePidFile(file);
    this.#pidFile = file;
    return remove;
  }

  /** Does nothing: what goes into the background is a launcher in Node. */
  daemonize(): boolean {
    return true;
  }

  ready(): void {}

  exit(): void {}

  /** Stops listening, and removes the sockets. */
  async close(): Promise<void> {
    await Promise.all([...this.sockets.values()].map(async ({ listener }) => listener.close()));
    this.sockets.clear();
  }

  /** Lets go of everything as a process that was killed: its sockets and its pid file stay. */
  abandon(): void {
    leavePidFiles(this.pid);
    for (const { listener, path } of this.sockets.values()) keepingSocket(path, () => void listener.close());
    this.sockets.clear();
  }

  #here(place: SocketPlace): SocketPlace {
    return place.kind === 'unix' ? { ...place, path: resolve(this.#start.cwd, place.path) } : place;
  }
}
