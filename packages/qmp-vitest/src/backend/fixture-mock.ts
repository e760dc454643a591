import type { QmpAddressInput } from 'qmp-core/transport';
import { MockQmp, type MockQmpOptions, type MonitorOptions } from 'qmp-mock';

/**
 * The mock of a fixture. If it listens without an address, its socket is in a directory of the fixtures. That
 * directory is always removed in the end; a mock by itself can't promise that if a signal ends its process.
 */
export class FixtureMock extends MockQmp {
  readonly #socketPath: () => string;

  /** @param socketPath - Gives a new path, short enough for a socket, at each call. */
  constructor(options: MockQmpOptions, socketPath: () => string) {
    super(options);
    this.#socketPath = socketPath;
  }

  override listen(address?: QmpAddressInput, options?: MonitorOptions): ReturnType<MockQmp['listen']> {
    return super.listen(address ?? { path: this.#socketPath() }, options);
  }
}
