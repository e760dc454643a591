import { QmpStateError } from 'qmp-core/errors';
import type { MockQmpOptions } from 'qmp-mock';
import type { Machine } from './backend/backend.ts';
import { backendOf } from './backend/index.ts';
import { Cleanup } from './cleanup.ts';
import type { CassetteOptions } from './cassette/options.ts';
import type { CassettePlace } from './cassette/place.ts';
import type { LaunchOptions } from './launch.ts';
import { mergeOptions, transportFor, type QmpBackend, type QmpTestOptions } from './options.ts';
import type { QemuOptions } from './qemu/options.ts';
import { Scratch } from './scratch.ts';

/** A machine of this kind can't start here: QEMU isn't installed, or doesn't fit the options. */
export class BackendMissingError extends Error {
  static {
    this.prototype.name = 'BackendMissingError';
  }
  /** The requested backend. */
  readonly backend: QmpBackend;

  constructor(message: string, backend: QmpBackend) {
    super(message);
    this.backend = backend;
  }
}

/** One shared error: it's rarely seen, and making an error is slow if stacks are long, as in Vitest. */
let over: QmpStateError | undefined;

/** Starts machines for one test, file or worker, and ends them together. */
export class Starter {
  readonly cleanup: Cleanup = new Cleanup();
  readonly options: QmpTestOptions;
  readonly #over = new AbortController();
  readonly #scratch: Scratch;
  readonly #cassette: CassettePlace | undefined;

  /**
   * @param signal - Aborts when starting is over.
   * @param test - The test's resources: the place of its cassette, and the directory of its sockets. The
   *   tests of a file share the directory, because making, guarding and removing one takes longer than
   *   everything else about a mock.
   */
  constructor(
    options: QmpTestOptions,
    signal?: AbortSignal,
    test?: { readonly cassette: CassettePlace; readonly scratch: Scratch },
  ) {
    this.options = options;
    this.#cassette = test?.cassette;
    this.#scratch = test?.scratch ?? new Scratch(this.cleanup);
    if (signal === undefined) return;
    const abort = (): void => this.#over.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    this.cleanup.defer('forgetting the signal', () => signal.removeEventListener('abort', abort));
  }

  /** The test that cassettes are of; `undefined` if tests share the machines. */
  get cassette(): CassettePlace | undefined {
    return this.#cassette;
  }

  /** Aborts when a start that is still running has to stop. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Starts a machine.
   *
   * @throws BackendMissingError if such a machine can't start here.
   */
  async start(name: QmpBackend, options: LaunchOptions & { name: string }): Promise<Machine> {
    const backend = await backendOf(name);
    const qemuOptions = mergeOptions<QemuOptions>(this.options.qemuOptions, options.qemuOptions);
    const cassetteOptions = mergeOptions<CassetteOptions>(
      this.options.cassetteOptions,
      options.cassetteOptions,
    );
    const { name: machine } = options;
    const cassette = this.#cassette;
    const missing = await backend.missing?.({ name: machine, qemuOptions, cassette, cassetteOptions });
    if (missing !== undefined) throw new BackendMissingError(missing, name);
    return backend.start({
      name: options.name,
      transport: transportFor(name, options.transport ?? this.options.qmpTransport),
      qemuOptions,
      mockOptions: mergeOptions<MockQmpOptions>(this.options.mockOptions, options.mockOptions),
      cassetteOptions,
      cassette,
      cleanup: this.cleanup,
      socketPath: () => this.#scratch.socketPath(),
      signal: this.#over.signal,
    });
  }

  /** Ends everything that was started. Never rejects. */
  async close(): Promise<Awaited<ReturnType<Cleanup['close']>>> {
    this.#over.abort(
      (over ??= new QmpStateError('The test or file that this machine was started for is over')),
    );
    return this.cleanup.close();
  }
}
