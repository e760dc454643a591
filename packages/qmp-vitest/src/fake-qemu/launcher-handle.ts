import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  onJsonLines,
  type FirstLine,
  type LauncherLine,
  type LauncherSignal,
  type TestLine,
} from './protocol.ts';

/** A descriptor that was asked for. */
interface Pipe {
  readonly take: (stream: Duplex) => void;
  readonly reject: (error: Error) => void;
  readonly listening?: (() => void) | undefined;
}

/** One launcher that runs, as the test process sees it. */
export class Launcher {
  /** Name that it was called by. */
  readonly name: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Whether it is the part of a `-daemonize`d QEMU that goes on in the background. */
  readonly background: boolean;
  /** Resolves when the launcher is gone. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #pipes = new Map<string, Pipe>();
  #onSignal: ((signal: LauncherSignal) => void) | undefined;
  #missed: LauncherSignal[] = [];

  constructor(socket: Socket, first: FirstLine & { type: 'control' }) {
    this.name = first.name;
    this.pid = first.pid;
    this.argv = first.argv;
    this.env = first.env;
    this.cwd = first.cwd;
    this.background = first.background;
    this.#socket = socket;
    this.ended = new Promise((resolve) => socket.on('close', () => resolve()));
    onJsonLines(socket, (line) => this.#told(line as LauncherLine));
  }

  /** Takes care of signals from now on; those that came before are delivered first. */
  onSignal(action: (signal: LauncherSignal) => void): void {
    this.#onSignal = action;
    for (const signal of this.#missed.splice(0)) action(signal);
  }

  /** Writes to one of its output streams. */
  write(stream: 'stdout' | 'stderr', text: string): void {
    this.#tell({ type: 'write', stream, text });
  }

  /** Gives the stream behind a descriptor that it inherited, or behind its standard input and output. */
  openPipe(fd: number | 'stdio'): Promise<Duplex> {
    const pipe = String(fd);
    return new Promise((resolve, reject) => {
      const take = (stream: Duplex): void => {
        this.#pipes.delete(pipe);
        resolve(stream);
      };
      this.#pipes.set(pipe, { take, reject });
      this.#rejectAtEnd(pipe, reject);
      this.#tell({ type: 'pipe', pipe, fd });
    });
  }

  /**
   * Listens on a descriptor that it inherited.
   *
   * @param take Called for each client.
   */
  listen(fd: number, take: (stream: Duplex) => void): Promise<void> {
    const pipe = String(fd);
    return new Promise((resolve, reject) => {
      this.#pipes.set(pipe, { take, reject, listening: resolve });
      this.#rejectAtEnd(pipe, reject);
      this.#tell({ type: 'listen', pipe, fd });
    });
  }

  /** A connection came for a pipe that was asked for. */
  takePipe(pipe: string, stream: Duplex): void {
    const asked = this.#pipes.get(pipe);
    if (asked === undefined) stream.destroy();
    else asked.take(stream);
  }

  /** Lets it start itself anew in the background, as `-daemonize` does; that is one more launcher. */
  daemonize(descriptors: readonly number[]): void {
    this.#tell({ type: 'daemonize', descriptors });
  }

  /** Lets the one that started it end: it is up. */
  ready(): void {
    this.#tell({ type: 'ready' });
  }

  /** Lets it exit with this code. */
  async exit(code: number): Promise<void> {
    this.#tell({ type: 'exit', code });
    await this.ended;
  }

  /** Lets it die by this signal, as a crash does. */
  async die(signal: NodeJS.Signals): Promise<void> {
    this.#tell({ type: 'die', signal });
    await this.ended;
  }

  #tell(line: TestLine): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(line)}\n`);
  }

  #rejectAtEnd(pipe: string, reject: (error: Error) => void): void {
    void this.ended.then(() =>
      reject(new Error(`${this.name} ended before its descriptor ${pipe} was open`)),
    );
  }

  #told(line: LauncherLine): void {
    if ('signal' in line) this.#signalled(line.signal);
    else if ('listening' in line) this.#pipes.get(line.listening)?.listening?.();
    else
      this.#pipes.get(line.refused)?.reject(new Error(`File descriptor '${line.refused}' is not a socket`));
  }

  #signalled(signal: LauncherSignal): void {
    if (this.#onSignal === undefined) this.#missed.push(signal);
    else this.#onSignal(signal);
  }
}
