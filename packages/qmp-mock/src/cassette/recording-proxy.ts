import type { BoundAddress, QmpAddressInput } from 'qmp-core/transport';
import { QmpClient } from 'qmp-core';
import type { JsonValue } from 'qmp-core/wire';
import { FaultProxy } from './proxy/fault-proxy.ts';
import type { Cassette } from './cassette.ts';
import { CassetteRecorder, type CassetteRecorderOptions } from './recorder.ts';

/** Options of {@link RecordingProxy.open}. */
export interface RecordingProxyOptions extends CassetteRecorderOptions {
  /** Address of the monitor. */
  readonly target: QmpAddressInput;
  /** Called at the end of a conversation, with the side that ended it. */
  readonly onConversationEnd?: ((by: 'client' | 'monitor') => void) | undefined;
}

/**
 * A proxy between clients and a QEMU that records their conversations. Clients in any language dial it in
 * place of QEMU. It doesn't change the messages.
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
   * Makes a proxy. Unless a schema is given, it asks the monitor for it, on a separate connection.
   *
   * @throws QmpConnectError if the monitor can't be reached.
   */
  static async open(options: RecordingProxyOptions): Promise<RecordingProxy> {
    const schema = options.schema ?? (await askForSchema(options.target));
    return new RecordingProxy({ ...options, schema });
  }

  /** Listens for clients, as `FaultProxy.listen` does. */
  listen(address?: QmpAddressInput): Promise<BoundAddress> {
    return this.#proxy.listen(address);
  }

  /** Whether nothing has been recorded yet. */
  get empty(): boolean {
    return this.#recorder.empty;
  }

  /** Returns the recording so far. */
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
