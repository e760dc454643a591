import type { Duplex } from 'node:stream';
import type { Case } from '../../../../../tools/src/conformance/corpus-case.ts';
import { MockClock } from '../../../src/mock/mock-clock.ts';
import { MockQmp } from '../../../src/mock/mock-qmp.ts';
import { QemuStartError } from '../../../src/mock/qemu-start-error.ts';
import { MemoryHost } from '../../support/memory-host.ts';

/** Why a case can't be run in memory, or `undefined` if it can. */
export function obstacleOf({ chunks }: Case): string | undefined {
  for (const { fds, ctl } of chunks) {
    if (fds !== undefined) return 'passes descriptors';
    if (ctl === 'signal' || ctl === 'write_file' || ctl === 'accept') return ctl;
  }
  return undefined;
}

/**
 * A mock that has a case's own command line: everything that a QEMU process is, with its sockets in memory
 * and no real time.
 */
export class MockTarget {
  readonly clock: MockClock = new MockClock();
  readonly #host = new MemoryHost({ clock: this.clock });
  /** `undefined` if QEMU refuses the command line. */
  readonly #mock: MockQmp | undefined;
  /** Streams that the mock has opened by itself: what it dialled, and its standard ones. */
  readonly #opened: Duplex[] = [];

  constructor(version: string, { args, files = {} }: Pick<Case, 'args' | 'files'>) {
    for (const [name, spec] of Object.entries(files)) {
      this.#host.files.set(`@TMP@/${name}`, '\0'.repeat(typeof spec === 'number' ? spec : spec.size));
    }
    this.#host.onDial = (stream) => this.#opened.push(stream);
    try {
      this.#mock = new MockQmp({ qemu: version, args, clock: this.clock, host: this.#host });
    } catch (error) {
      if (!(error instanceof QemuStartError)) throw error;
    }
    // A target that waits for a client is started beside it, as a process is.
    this.#mock?.start().catch(() => {});
  }

  /** Whether QEMU takes the command line. */
  get starts(): boolean {
    return this.#mock !== undefined;
  }

  /** Connects to a socket, by default the first of all; `undefined` if nobody listens. */
  connect(path: string | undefined): Duplex | undefined {
    const dialled = path === undefined ? this.#opened.shift() : undefined;
    if (dialled !== undefined) return dialled;
    const address = path ?? this.#host.addresses[0];
    return address !== undefined && this.#host.addresses.includes(address)
      ? this.#host.connect(address)
      : undefined;
  }

  async stop(): Promise<void> {
    await this.#mock?.close();
  }
}
