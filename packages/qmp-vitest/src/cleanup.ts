import { clearTimeout, setTimeout } from 'node:timers';

/** A failed release. */
export interface CleanupFailure {
  /** The thing to be released, in words. */
  readonly what: string;
  readonly error: unknown;
}

interface Release {
  readonly what: string;
  readonly action: () => void | Promise<void>;
  readonly timeout: number;
}

/** Options of {@link Cleanup.defer}. */
export interface DeferOptions {
  /** Time limit in ms. Default: 10 000. */
  timeout?: number | undefined;
}

/**
 * The releases that a test needs at its end. They run in reverse order.
 *
 * Vitest 4.1 and 5.1 don't limit the time of a teardown, and they forget a fixture whose setup is slower than
 * the test's timeout: its body then goes on by itself. So a release is registered *before* the first `await`
 * of the step that it undoes. Each release has a time limit. A failing one doesn't keep the others from
 * running. One that is registered after the end runs at once.
 */
export class Cleanup {
  readonly #releases: Release[] = [];
  readonly #failures: CleanupFailure[] = [];
  #closing: Promise<readonly CleanupFailure[]> | undefined;

  /** Whether the end has come, so that nothing new should start. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Registers a release. Returns a function that runs it early; it then doesn't run again at the end.
   *
   * @param what - The thing to be released, in words, for the message if that fails.
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

  /**
   * Releases everything once, and gives every caller the same answer. It never rejects: the answer lists the
   * failures.
   */
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
