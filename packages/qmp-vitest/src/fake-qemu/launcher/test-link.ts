import { connect, type Socket } from 'node:net';
import process from 'node:process';
import {
  onJsonLines,
  type ClientLine,
  type LauncherLine,
  type StartLine,
  type TestLine,
} from '../control-protocol.ts';

/** Parts of a {@link TestLink}. */
export interface TestLinkOptions {
  /** Socket that the test listens on. */
  readonly path: string;
  /** Called for each line from the test. */
  readonly onLine: (line: TestLine) => void;
  /** Called when the test is gone, or was not there. */
  readonly onGone: () => void;
}

/** A launcher's connection to the test. */
export class TestLink {
  readonly #path: string;
  readonly #socket: Socket;

  constructor({ path, onLine, onGone }: TestLinkOptions) {
    this.#path = path;
    this.#socket = connect(path);
    this.#socket.on('error', () => {});
    this.#socket.on('close', onGone);
    onJsonLines(this.#socket, (line) => onLine(line as TestLine));
  }

  /** Sends the test a line. A busy test reads it later. */
  tell(line: StartLine | LauncherLine): void {
    this.#socket.write(`${JSON.stringify(line)}\n`);
  }

  /** Sends the test a last line. Resolves when the line will arrive even if this process ends. */
  async tellLast(line: LauncherLine): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.write(`${JSON.stringify(line)}\n`, () => resolve());
    });
  }

  /** Opens one more connection to the test, for the bytes of a client. */
  openClient(line: Omit<ClientLine, 'type' | 'pid'>): Socket {
    const socket = connect({ path: this.#path, allowHalfOpen: true });
    const first: ClientLine = { type: 'client', pid: process.pid, ...line };
    socket.write(`${JSON.stringify(first)}\n`);
    return socket;
  }
}
