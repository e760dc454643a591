import type { QmpAddressInput } from 'qmp-core/transport';
import { MockQmp, type MockQmpOptions, type MonitorOptions } from 'qmp-mock';

/**
 * The mock of a fixture. Where it listens without an address, its socket is in a directory of the fixtures:
 * that is gone in the end, however that comes, which a mock by itself cannot promise where a signal ends its
 * process.
 */
export class FixtureMock extends MockQmp {
  readonly #socketPath: () => string;

  /** @param socketPath gives another path, short enough for a socket, at each call */
  constructor(options: MockQmpOptions, socketPath: () => string) {
    super(options);
    this.#socketPath = socketPath;
  }

  override listen(address?: QmpAddressInput, options?: MonitorOptions): ReturnType<MockQmp['listen']> {
    return super.listen(address ?? { path: this.#socketPath() }, options);
  }
}
