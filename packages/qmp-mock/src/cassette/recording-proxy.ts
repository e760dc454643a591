import type { BoundAddress, QmpAddressInput } from 'qmp-core/transport';
import { QmpClient } from 'qmp-core';
import type { JsonValue } from 'qmp-core/wire';
import { FaultProxy } from './proxy/fault-proxy.ts';
import type { Cassette } from './cassette.ts';
import { CassetteRecorder, type CassetteRecorderOptions } from './recorder.ts';

/** How a {@link RecordingProxy} is made. */
export interface RecordingProxyOptions extends CassetteRecorderOptions {
  /** Where the monitor listens. */
  readonly target: QmpAddressInput;
  /** Told when a conversation has ended, and who ended it. */
  readonly onConversationEnd?: ((by: 'client' | 'monitor') => void) | undefined;
}

/**
 * Stands between clients and a QEMU and records what they say. Clients in any language dial it in place of QEMU; what
 * passes is passed on as it is.
 *
 * @example
 * const proxy = await RecordingProxy.open({ target: '/run/vm.sock' })
 * await proxy.listen('/run/recorded.sock')
 * // … a program talks to /run/recorded.sock …
 * saveCassette('boot.jsonl', proxy.cassette())
 */
export class RecordingProxy {
  readonly #proxy: FaultProxy;
  readonly #recorder: CassetteRecorder;

  private constructor(options: RecordingProxyOptions) {
    this.#recorder = new CassetteRecorder(options);
    this.#proxy = new FaultProxy({
      qemu: options.target,
      onMessage: (direction, message) => this.#recorder.record(direction, message),
      onEnd: (by) => {
        this.#recorder.end(by);
        options.onConversationEnd?.(by);
      },
    });
  }

  /**
   * Makes a proxy. Where no schema is given the monitor is asked for it, on a connection of its own.
   *
   * @throws QmpConnectError where there is no monitor.
   */
  static async open(options: RecordingProxyOptions): Promise<RecordingProxy> {
    const schema = options.schema ?? (await askForSchema(options.target));
    return new RecordingProxy({ ...options, schema });
  }

  /** Listens for clients; as `FaultProxy.listen`. */
  listen(address?: QmpAddressInput): Promise<BoundAddress> {
    return this.#proxy.listen(address);
  }

  /** Whether anybody has said anything yet. */
  get empty(): boolean {
    return this.#recorder.empty;
  }

  /** What was recorded so far. */
  cassette(): Cassette {
    return this.#recorder.cassette();
  }

  /** Stops listening and ends every conversation. */
  async close(): Promise<void> {
    this.#recorder.seal();
    await this.#proxy.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function askForSchema(target: QmpAddressInput): Promise<JsonValue[]> {
  const client = await QmpClient.connect(target);
  try {
    return (await client.untyped.execute('query-qmp-schema')) as JsonValue[];
  } finally {
    await client.close();
  }
}
