import { clearTimeout, setTimeout } from 'node:timers';
import { QmpStateError, QmpTimeoutError } from 'qmp-core';
import { Redactor, visible } from 'qmp-core/redact';
import type { MockQmpOptions } from 'qmp-mock';
import { QemuLaunchError } from '../qemu/errors.ts';
import { quoteCommand } from '../qemu/quote.ts';
import type { FakeQemuProcess } from './fake-qemu-process.ts';
import type { QemuCommand } from './qemu-command.ts';
import { describeFilter, isMeant, type StartFilter } from './start-filter.ts';

/** Options of {@link FakeQemu.next}. */
export interface NextOptions {
  /**
   * Deadline in ms. Default: four fifths of the test's own time limit, so that this wait fails first and
   * explains why.
   */
  timeout?: number | undefined;
  /** Gives up: rejects with the signal's `reason`. */
  signal?: AbortSignal | undefined;
  /** Options of the mock, laid over the test's `mockOptions`. For a QEMU that hasn't started yet. */
  mockOptions?: MockQmpOptions | undefined;
}

/** Parts of a {@link MachineQueue}. */
export interface MachineQueueParts {
  /** The directory on `PATH`. */
  readonly directory: string;
  /** Default of {@link NextOptions.timeout}, in ms. */
  readonly patience: number;
  /** Number of starts that have been refused so far. */
  readonly refusals: () => number;
  /** The last start that was refused. */
  readonly lastRefused: () => { readonly commandLine: string; readonly stderr: string } | undefined;
}

/** A pending `next`. */
export interface PendingNext {
  readonly filter: StartFilter | undefined;
  /** Number of starts that had been refused when it began. */
  readonly since: number;
  readonly mockOptions: MockQmpOptions | undefined;
  resolve(vm: FakeQemuProcess): void;
  reject(error: unknown): void;
}

/**
 * The machines that have started and were not returned by `next` yet, or the calls of `next` that wait for
 * one.
 */
export class MachineQueue {
  readonly #parts: MachineQueueParts;
  readonly #untaken: FakeQemuProcess[] = [];
  readonly #waiting: PendingNext[] = [];

  constructor(parts: MachineQueueParts) {
    this.#parts = parts;
  }

  /** Gives a machine that a filter means, or waits for one; see `FakeQemu.next`. */
  async next(filter: StartFilter | undefined, options: NextOptions): Promise<FakeQemuProcess> {
    const vm = this.#untaken.find((started) => isMeant(filter, started));
    if (vm === undefined) return this.#wait(filter, options);
    this.#untaken.splice(this.#untaken.indexOf(vm), 1);
    if (options.mockOptions === undefined) return vm;
    throw new QmpStateError(
      `\`${vm.commandLine}\` had started before \`fakeQemu.next({ mockOptions })\` was called: call it before the code under test ` +
        'starts QEMU, or give the test its `mockOptions` by `test.override`.',
    );
  }

  /** Finds the `next` that waits for a machine. A filter that throws is the end of its own wait. */
  meantBy(command: QemuCommand): PendingNext | undefined {
    for (const waiting of [...this.#waiting]) {
      try {
        if (isMeant(waiting.filter, command)) return waiting;
      } catch (error) {
        waiting.reject(error);
      }
    }
    return undefined;
  }

  /** Hands a machine over to the `next` that waits for it, or keeps it for a later one. */
  hand(vm: FakeQemuProcess, waiting: PendingNext | undefined): void {
    if (waiting === undefined) this.#untaken.push(vm);
    else waiting.resolve(vm);
  }

  /**
   * Tells the `next` that waits for a start that was refused.
   *
   * @param index - Number of the refusal, from 0: a `next` that began later isn't told.
   */
  refuse(command: QemuCommand, stderr: string, exitCode: number, index: number = Infinity): void {
    const waiting = this.meantBy(command);
    if (waiting === undefined || waiting.since > index) return;
    waiting.reject(refusal([command.name, ...command.argv], stderr, exitCode));
  }

  #wait(
    filter: StartFilter | undefined,
    { timeout = this.#parts.patience, signal, mockOptions }: NextOptions,
  ): Promise<FakeQemuProcess> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        act();
      };
      const waiting: PendingNext = {
        filter,
        since: this.#parts.refusals(),
        mockOptions,
        resolve: (vm) => settle(() => resolve(vm)),
        reject: (error) => settle(() => reject(error)),
      };
      const abort = (): void => waiting.reject(signal?.reason);
      const late = (): void => waiting.reject(this.#late(filter, timeout));
      const timer = timeout <= MAX_TIMER ? setTimeout(late, timeout) : undefined;
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  #late(filter: StartFilter | undefined, timeout: number): QmpTimeoutError {
    const refused = this.#parts.lastRefused();
    const others = this.#untaken.map(({ commandLine }) => `\n  ${commandLine}`).join('');
    const message =
      others !== ''
        ? `No QEMU${describeFilter(filter)} was started within ${timeout} ms. These were:${others}`
        : refused === undefined
          ? `No qemu-system-* was started from ${this.#parts.directory} within ${timeout} ms. ` +
            'Is that directory the first on the PATH of the code under test (`fakeQemu.env`)?'
          : `No qemu-system-* came up within ${timeout} ms. One ended at once, because QEMU refuses its command line:\n` +
            `  ${refused.commandLine}\n  ${refused.stderr.trim().replaceAll('\n', '\n  ')}`;
    return new QmpTimeoutError(message, { timeout });
  }
}

const NEXT_OPTIONS: ReadonlySet<string> = new Set([
  'timeout',
  'signal',
  'mockOptions',
] satisfies (keyof NextOptions)[]);

/** Whether it's options of `next` and not a filter: no option of QEMU has such a name. */
export function areNextOptions(value: StartFilter | NextOptions): value is NextOptions {
  return typeof value === 'object' && Object.keys(value).every((name) => NEXT_OPTIONS.has(name));
}

function refusal(command: readonly string[], stderr: string, exitCode: number): QemuLaunchError {
  const redactor = new Redactor();
  const argv = redactor.argv(command);
  const words = redactor.text(visible(stderr));
  const message =
    'A QEMU that `fakeQemu.next()` waited for does not come up, because QEMU refuses its command line:\n' +
    `  ${visible(quoteCommand(argv), { oneLine: true })}\n  ${words.trim().replaceAll('\n', '\n  ')}`;
  return new QemuLaunchError(message, { argv, exit: { code: exitCode, signal: null }, stderr: words });
}

/** Longest time that a Node timer can run, in ms. Longer waits are treated as endless. */
const MAX_TIMER = 2 ** 31 - 1;
