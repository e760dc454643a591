import type { Socket } from 'node:net';
import { resolve as resolvePath } from 'node:path';
import type { Duplex } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';
import {
  NODE_FILES,
  NODE_IMAGE_FILES,
  qmpChardevs,
  readArguments,
  whyNotBound,
  type ClientStream,
  type Host,
  type Listener,
  type QemuProfile,
  type ReadArguments,
  type SocketRequest,
} from 'qmp-mock/process';
import { SystemClock, type Clock } from 'qmp-mock';
import { detourFrom } from '../fault-proxy.ts';
import type { StartLine, TcpEnds } from './control-protocol.ts';
import type { ArrivedClient, StandIn } from './stand-in.ts';

/** Time in ms that clients behind a fault may take to read the rest when the QEMU ends. */
const DETOUR_GRACE = 2000;

/** The host of a QEMU whose process is a stand-in and whose machine is in this process. */
export class RelayedHost implements Host {
  readonly opened = true;
  readonly pid: number;
  readonly program: string;
  readonly clock: Clock;
  /** Clock for dialling. The peer is outside the test, so this is the system's time. */
  readonly socketClock: Clock = new SystemClock();
  readonly file: Host['file'];
  readonly images: Host['images'];
  readonly whyNotBound: Host['whyNotBound'] = whyNotBound;
  readonly #launcher: StandIn;
  readonly #onExit: Host['exit'];
  readonly #faulty: ReadonlySet<string> | undefined;
  /** Sockets that the launcher has opened and that no chardev has taken over yet, with their ports. */
  readonly #untaken = new Map<string, number | undefined>();
  /** Takers of clients, by the chardev's id. */
  readonly #takers = new Map<string, (stream: ClientStream) => void>();
  /** Clients that nobody takes yet. */
  readonly #early = new Map<string, ClientStream[]>();
  /** Clients behind a fault that haven't had everything yet. */
  readonly #detoured = new Set<ClientStream>();
  #stdio: Duplex | undefined;
  #isOpen = false;

  /**
   * @param launcher - The process that stands for the QEMU.
   * @param clock - The machine's clock.
   * @param onExit - Called when the machine has ended.
   * @param faulty - Chardevs between which and their clients the fault of `QMP_FAULT_PROXY` strikes.
   */
  constructor(
    launcher: StandIn,
    clock: Clock,
    onExit: Host['exit'],
    faulty: ReadonlySet<string> | undefined,
  ) {
    const { name, pid } = launcher.start;
    this.program = name;
    this.pid = pid;
    this.clock = clock;
    this.#launcher = launcher;
    this.#onExit = onExit;
    this.#faulty = faulty;
    this.file = filesOf(launcher.start);
    this.images = imagesOf(launcher.start);
    launcher.onClient((client, stream) => void this.#arrived(client, stream));
  }

  /** Waits until everything is open. Rejects with QEMU's words if something can't be. */
  async whenOpened(): Promise<void> {
    const { chardevs, stdio } = await this.#launcher.opened;
    for (const { id, port } of chardevs) this.#untaken.set(id, port);
    if (stdio !== undefined) this.#stdio = await this.#nextClient(stdio);
    this.#isOpen = true;
  }

  alreadyRead(profile: QemuProfile): ReadArguments | undefined {
    const { commandLine } = this.#launcher;
    return commandLine?.profile === profile ? commandLine.read : undefined;
  }

  async listen({ id, place }: SocketRequest, onClient: (stream: ClientStream) => void): Promise<Listener> {
    const isOpen = this.#untaken.has(id);
    const port = isOpen
      ? this.#untaken.get(id)
      : await this.#launcher.request({ type: 'listen', chardev: id, place });
    this.#untaken.delete(id);
    this.#take(id, onClient);
    return {
      port,
      close: async () => {
        this.#takers.delete(id);
        // A launcher that is gone listens no more.
        await this.#launcher.request({ type: 'close', chardev: id }).catch(() => {});
      },
    };
  }

  async dial({ id, place }: SocketRequest): Promise<ClientStream> {
    if (!this.#untaken.delete(id)) await this.#launcher.request({ type: 'dial', chardev: id, place });
    return this.#nextClient(id);
  }

  inherit({ id, fd }: { readonly id: string; readonly fd: number }): Promise<ClientStream> {
    return this.dial({ id, place: { kind: 'fd', fd } });
  }

  stdio(): Duplex {
    return this.#stdio!;
  }

  stdout(text: string): void {
    this.#launcher.tell({ type: 'write', stream: 'stdout', text });
  }

  stderr(text: string): void {
    // The launcher has printed everything up to here.
    if (this.#isOpen) this.#launcher.tell({ type: 'write', stream: 'stderr', text });
  }

  /** Does nothing: the launcher writes the pid file. */
  writePidFile(): () => void {
    return () => {};
  }

  /** Does nothing: the launcher is in the background already. */
  daemonize(): boolean {
    return true;
  }

  ready(): void {}

  exit(code: number, sent: Promise<void>): void {
    this.#onExit(code, sent);
  }

  /** Resolves when clients behind a fault have had everything that the machine has said. */
  async detoursEnded(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((done) => (timer = setTimeout(done, DETOUR_GRACE)));
    const ends = [...this.#detoured].map((client) => new Promise((done) => onEnd(client, () => done(null))));
    await Promise.race([Promise.all(ends), late]);
    clearTimeout(timer);
  }

  async #arrived({ chardev, ends }: ArrivedClient, arrived: ClientStream): Promise<void> {
    const isFaulty = this.#faulty?.has(chardev) === true;
    if (isFaulty) {
      this.#detoured.add(arrived);
      onEnd(arrived, () => this.#detoured.delete(arrived));
    }
    const stream = isFaulty ? await withFault(arrived, ends) : arrived;
    const take = this.#takers.get(chardev);
    if (take !== undefined) {
      take(stream);
      return;
    }
    const early = this.#early.get(chardev) ?? [];
    this.#early.set(chardev, [...early, stream]);
  }

  #take(chardev: string, onClient: (stream: ClientStream) => void): void {
    this.#takers.set(chardev, onClient);
    const early = this.#early.get(chardev) ?? [];
    this.#early.delete(chardev);
    for (const stream of early) onClient(stream);
  }

  #nextClient(chardev: string): Promise<ClientStream> {
    return new Promise((resolve) => {
      this.#take(chardev, (stream) => {
        this.#takers.delete(chardev);
        resolve(stream);
      });
    });
  }
}

/** Calls back when a stream has been given all of its data, or is gone. */
function onEnd(stream: ClientStream, action: () => void): void {
  stream.once('finish', action).once('close', action);
}

/** The files of a launcher's process, as this process sees them. */
export function filesOf({ cwd, texts }: StartLine): Host['file'] {
  const at = (path: string): string => resolvePath(cwd, path);
  return {
    read: (path) => (Object.hasOwn(texts, path) ? texts[path]! : NODE_FILES.read(at(path))),
    write: (path, text, options) => NODE_FILES.write(at(path), text, options),
    assertOpens: (path) => NODE_FILES.assertOpens(at(path)),
    peek: (path) => NODE_FILES.peek(at(path)),
    whyNotReadable: (path) => NODE_FILES.whyNotReadable(at(path)),
    whyNotWritable: (path) => NODE_FILES.whyNotWritable(at(path)),
  };
}

/** The disk images of a launcher's process, as this process sees them. */
export function imagesOf({ cwd }: StartLine): NonNullable<Host['images']> {
  return {
    ...NODE_IMAGE_FILES,
    open: (path, options) => NODE_IMAGE_FILES.open(resolvePath(cwd, path), options),
    remove: (path) => NODE_IMAGE_FILES.remove(resolvePath(cwd, path)),
  };
}

/** The chardevs on which the command line of a stand-in has QMP spoken. */
export function qmpOf({ start, commandLine }: StandIn, profile: QemuProfile): ReadonlySet<string> {
  const { name: program, argv } = start;
  const { plan } = commandLine?.read ?? readArguments(argv, { profile, program, file: filesOf(start) });
  return plan === undefined ? new Set() : qmpChardevs(plan);
}

/** A client's stream with the fault of `QMP_FAULT_PROXY` in it. */
async function withFault(client: ClientStream, ends: TcpEnds): Promise<ClientStream> {
  const monitor = await detourFrom(client);
  if (monitor === client) return client;
  for (const [name, value] of Object.entries(ends)) Object.defineProperty(monitor, name, { value });
  const resetAndDestroy = (): void => {
    (client as Socket).resetAndDestroy();
    monitor.destroy();
  };
  return Object.assign(monitor, { resetAndDestroy });
}
