import { clearTimeout, setTimeout } from 'node:timers';

/** What could not be released, and why. */
export interface CleanupFailure {
  /** What was to be released, in words. */
  readonly what: string;
  readonly error: unknown;
}

interface Release {
  readonly what: string;
  readonly action: () => void | Promise<void>;
  readonly timeout: number;
}

/** How {@link Cleanup.defer} treats a release. */
export interface DeferOptions {
  /** How long it may take, in ms. Default: 10 000. */
  timeout?: number | undefined;
}

/**
 * What a test has to give back at its end, in reverse order.
 *
 * Vitest 4.1 and 5.1 have no time limit for teardown, and forget a fixture whose setup is slower than the test's
 * timeout: its body then goes on by itself. So a release is registered *before* the first `await` of what it undoes;
 * each has a time limit; a failing one does not keep the others from running; and one registered after the end
 * runs at once.
 */
export class Cleanup {
  readonly #releases: Release[] = [];
  readonly #failures: CleanupFailure[] = [];
  #closing: Promise<readonly CleanupFailure[]> | undefined;

  /** Whether the end has come. What starts now has to stop. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Registers a release; gives a function that runs it early (it then does not run again at the end).
   *
   * @param what What is released, in words, for the message where it fails.
   */
  defer(what: string, action: () => void | Promise<void>, options: DeferOptions = {}): () => Promise<void> {
    const release: Release = { what, action: once(action), timeout: options.timeout ?? 10_000 };
    if (this.#closing === undefined) this.#releases.push(release);
    // A release that fails late has nobody left to tell.
    else void this.#run(release);
    return async () => {
      const at = this.#releases.indexOf(release);
      if (at >= 0) this.#releases.splice(at, 1);
      await release.action();
    };
  }

  /** Releases everything, once; the same answer for every caller. Never rejects: what failed is in the answer. */
  close(): Promise<readonly CleanupFailure[]> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<readonly CleanupFailure[]> {
    for (;;) {
      const release = this.#releases.pop();
      if (release === undefined) return this.#failures;
      await this.#run(release);
    }
  }

  async #run({ what, action, timeout }: Release): Promise<void> {
    try {
      await withinTime(action, timeout, what);
    } catch (error) {
      this.#failures.push({ what, error });
    }
  }
}

function once(action: () => void | Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= Promise.resolve().then(action));
}

async function withinTime(action: () => void | Promise<void>, timeout: number, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${timeout} ms`)), timeout);
  });
  try {
    await Promise.race([action(), late]);
  } finally {
    clearTimeout(timer);
  }
}
