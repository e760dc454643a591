import type { Duplex } from 'node:stream';
import { Files } from './files.ts';
import { duplexPair, type Clock, type Host } from './internals.ts';

/** What a {@link BrowserHost} tells. */
export interface HostListener {
  /** Something was printed. */
  print(text: string): void;
  /** The QEMU has ended. */
  exit(code: number): void;
}

const CLOCK: Clock = {
  now: () => Date.now() * 1000,
  after(ms, action) {
    const timer = setTimeout(action, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

/** The surroundings of a QEMU in a browser: files in memory, and sockets to which nobody comes. */
export class BrowserHost implements Host {
  readonly pid = 1;
  readonly program = 'qemu-system-x86_64';
  readonly clock: Clock = CLOCK;
  readonly file: Files = new Files();
  readonly images: Files = this.file;
  /** The other end of its standard input and output. */
  readonly terminal: Duplex;
  readonly #stdio: Duplex;
  readonly #listener: HostListener;

  constructor(listener: HostListener) {
    this.#listener = listener;
    [this.terminal, this.#stdio] = duplexPair();
  }

  /** A browser can't listen: clients of these sockets never come. */
  listen: Host['listen'] = () => Promise.resolve({ close: () => {} });

  dial: Host['dial'] = () =>
    Promise.reject(
      Object.assign(new Error('connect ECONNREFUSED'), {
        code: 'ECONNREFUSED',
        errno: -111,
        syscall: 'connect',
      }),
    );

  inherit: Host['inherit'] = () =>
    Promise.reject(Object.assign(new Error('not a socket'), { code: 'ENOTSOCK', errno: -88 }));

  whyNoKvm(): string {
    return 'No such file or directory';
  }

  stdio(): Duplex {
    return this.#stdio;
  }

  stdout(text: string): void {
    this.#listener.print(text);
  }

  stderr(text: string): void {
    this.#listener.print(text);
  }

  writePidFile(path: string): () => void {
    this.file.write(path, `${this.pid}\n`);
    return () => this.file.remove(path);
  }

  daemonize(): boolean {
    return true;
  }

  ready(): void {}

  exit(code: number): void {
    this.#listener.exit(code);
  }
}
