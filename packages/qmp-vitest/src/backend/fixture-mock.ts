import { join } from 'node:path';
import type { QmpAddressInput } from 'qmp-core/transport';
import { MockQmp, type MockQmpOptions } from 'qmp-mock';

/**
 * The mock of a fixture. Where it listens without an address, its socket is in the test's own directory: that is gone
 * after the test, however it ends, which a mock by itself cannot promise where a signal ends its process.
 */
export class FixtureMock extends MockQmp {
  readonly #socketPath: () => string;

  /** @param socketPath gives another path, short enough for a socket, at each call */
  constructor(options: MockQmpOptions, socketPath: () => string) {
    super(options);
    this.#socketPath = socketPath;
  }

  override listen(address?: QmpAddressInput): ReturnType<MockQmp['listen']> {
    return super.listen(address ?? { path: this.#socketPath() });
  }
}

/** Numbers the sockets of one mock. */
export function socketPaths(directory: () => string, index: number): () => string {
  let count = 0;
  return () => join(directory(), `own${index}-${++count}.sock`);
}
