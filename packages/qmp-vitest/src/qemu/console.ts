import type { Socket } from 'node:net';
import { endedWhile, OUTPUT_GRACE, type Child } from './child.ts';
import { describeExit, QemuExitError } from './errors.ts';
import { settlesWithin, type WaitLimits } from './limits.ts';
import { QemuOutput, type OutputMatch, type QemuOutputOptions } from './output.ts';

/**
 * The first serial port of a machine, from its other end: what the guest prints can be awaited, and what is written
 * arrives as if typed.
 *
 * @example
 * await vm.console.waitFor(/login: $/, { timeout: 60_000 })
 * await vm.console.write('root\n')
 * await vm.console.waitFor('# ')
 */
export class QemuConsole {
  readonly #socket: Socket;
  readonly #child: Child;
  readonly #output: QemuOutput;

  /** @internal */
  constructor(socket: Socket, child: Child, options: Pick<QemuOutputOptions, 'limit' | 'file'>) {
    this.#socket = socket;
    this.#child = child;
    this.#output = new QemuOutput({ ...options, name: 'the console' });
    socket.on('data', (chunk: Buffer) => this.#output.push(chunk));
    // The end of the process is told by `exited`, and a failed write by its own promise.
    socket.on('error', () => {});
    void this.#untilTheEnd();
  }

  async #untilTheEnd(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    const exit = await this.#child.exited;
    // Its last words may still be on their way.
    await settlesWithin(closed, OUTPUT_GRACE);
    this.#output.end(endedWhile(exit));
    this.#socket.destroy();
  }

  /** What the guest has printed, at most the last `outputLimit` characters of it. */
  get text(): string {
    return this.#output.text;
  }

  /** The file that has all of it. */
  get path(): string | undefined {
    return this.#output.path;
  }

  /**
   * Waits for the guest to print something. Looks first at what it has printed already and no wait has matched yet.
   * Terminals get escape sequences between the words: match what is sent, or start the guest with `TERM=dumb`.
   *
   * @param pattern a text, or a regular expression
   * @param limits.timeout deadline in ms; default none
   * @throws QmpTimeoutError after the deadline; the message shows what was printed instead
   * @throws QemuExitError where QEMU ends first
   *
   * @example
   * const { groups } = await vm.console.waitFor(/Linux version (\S+)/, { timeout: 60_000 })
   */
  waitFor(pattern: string | RegExp, limits: WaitLimits = {}): Promise<OutputMatch> {
    return this.#output.waitFor(pattern, limits);
  }

  /**
   * Types into the console. What ends a line is up to the guest: most take `\r` or `\n`.
   *
   * @returns resolves when the text is handed over to the kernel
   * @throws QemuExitError where QEMU has ended
   */
  async write(text: string | Uint8Array): Promise<void> {
    const error = await new Promise<Error | null | undefined>((resolve) => {
      this.#socket.write(text, (failed) => resolve(failed));
    });
    if (error === null || error === undefined) return;
    const exit = await this.#child.exited;
    throw new QemuExitError(
      `Cannot write to the console, QEMU has ended (${describeExit(exit)}): ${error.message}`,
      {
        exit,
      },
    );
  }
}
