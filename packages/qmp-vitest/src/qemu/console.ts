import type { Socket } from 'node:net';
import { endedWhile, OUTPUT_GRACE, type Child } from './child.ts';
import { describeExit, QemuExitError } from './errors.ts';
import { settlesWithin, type WaitLimits } from './limits.ts';
import { QemuOutput, type OutputMatch, type QemuOutputOptions } from './output.ts';

/**
 * The other end of a machine's first serial port. A test can wait for the guest's output, and type input.
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

  /** The guest's output: at most the last `outputLimit` characters. */
  get text(): string {
    return this.#output.text;
  }

  /** The file with all of it. */
  get path(): string | undefined {
    return this.#output.path;
  }

  /**
   * Waits for the guest to print a text. It first looks at earlier output that no wait has matched yet.
   * Guests may print escape sequences between words: match these as well, or start the guest with
   * `TERM=dumb`.
   *
   * @param pattern - A text, or a regular expression.
   * @param limits.timeout - Deadline in ms. Default: no deadline.
   * @throws QmpTimeoutError after the deadline. The message shows the output that came instead.
   * @throws QemuExitError if QEMU ends first.
   *
   * @example
   * const { groups } = await vm.console.waitFor(/Linux version (\S+)/, { timeout: 60_000 })
   */
  waitFor(pattern: string | RegExp, limits: WaitLimits = {}): Promise<OutputMatch> {
    return this.#output.waitFor(pattern, limits);
  }

  /**
   * Types into the console. The guest decides what ends a line: most take `\r` or ` `.
   *
   * @returns Resolves when the text is handed over to the kernel.
   * @throws QemuExitError if QEMU has ended.
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
