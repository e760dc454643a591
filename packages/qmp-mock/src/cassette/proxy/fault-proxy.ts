import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { QmpStateError } from 'qmp-core';
import { ANYTHING, checkOptions, FUNCTION, objectWith, oneOf, type OptionRules } from 'qmp-core/internal';
import type { JsonObject } from 'qmp-core/wire';
import { bind, dial, parseAddress, type BoundAddress, type QmpAddressInput } from 'qmp-core/transport';
import { duplexPair } from '../../process/chardev/duplex-pair.ts';
import { privatePath } from '../../process/node/private-path.ts';
import { MockClock } from '../../mock/mock-clock.ts';
import { SystemClock } from '../../process/node/system-clock.ts';
import type { Clock } from '../../engine/clock.ts';
import { FaultBook } from '../../mock/fault/fault-book.ts';
import { Faults } from '../../mock/fault/faults.ts';
import { Relay } from './relay.ts';

/** Options of {@link FaultProxy}. */
export interface FaultProxyOptions {
  /** Address of the monitor: the proxy dials it for each client. */
  qemu?: QmpAddressInput | undefined;
  /** Address of the client, for a QEMU that dials in: the proxy dials it for each monitor. */
  client?: QmpAddressInput | undefined;
  /**
   * Clock of delays. With `system` they take real time. With `manual` they end when the test calls
   * `proxy.clock.advance(ms)`. Default `system`, because a real QEMU doesn't wait.
   */
  clock?: 'manual' | 'system' | Clock | undefined;
  /** Called with each message as its sender sent it: `out` from a client, `in` from a monitor. */
  onMessage?: ((direction: 'out' | 'in', message: JsonObject) => void) | undefined;
  /** Called at the end of each conversation, with the side that ended it first. */
  onEnd?: ((by: 'client' | 'monitor') => void) | undefined;
}

const PROXY_OPTIONS: OptionRules<FaultProxyOptions> = {
  qemu: ANYTHING,
  client: ANYTHING,
  clock: oneOf(['manual', 'system'], objectWith('a clock with now and after', 'now', 'after')),
  onMessage: FUNCTION,
  onEnd: FUNCTION,
};

/**
 * A proxy between a client and a real QEMU that applies a mock's faults to the genuine conversation. Put a
 * whole test suite behind {@link Faults.oneBytePerWrite}, and you see what it relies on by luck.
 *
 * @example
 * const proxy = new FaultProxy({ qemu: '/run/vm.sock' });
 * proxy.fault.oneBytePerWrite();
 * const client = await QmpClient.connect(await proxy.listen());
 */
export class FaultProxy {
  /** The faults. */
  readonly fault: Faults;
  readonly #book: FaultBook;
  readonly #clock: Clock;
  readonly #hooks: Pick<FaultProxyOptions, 'onMessage' | 'onEnd'>;
  readonly #far: { readonly role: 'qemu' | 'client'; readonly address: QmpAddressInput } | undefined;
  readonly #relays = new Set<Relay>();
  /** Streams that wait for the other side, or for their turn. */
  readonly #waiting = new Map<Duplex, () => void>();
  readonly #releases = new Set<() => Promise<void>>();
  /** Absolute paths of the UNIX sockets that it listens on. */
  readonly #sockets = new Set<string>();
  readonly #abort = new AbortController();
  #count = 0;
  #closed: Promise<void> | undefined;

  /**
   * @throws QmpStateError for both of `qemu` and `client`.
   */
  constructor(options: FaultProxyOptions = {}) {
    checkOptions('FaultProxy', options, PROXY_OPTIONS);
    const { qemu, client, clock = 'system' } = options;
    if (qemu !== undefined && client !== undefined) {
      throw new QmpStateError(
        "A proxy dials one side: give it either 'qemu' or 'client', and let the other dial the proxy",
      );
    }
    if (qemu !== undefined) this.#far = { role: 'qemu', address: qemu };
    else if (client !== undefined) this.#far = { role: 'client', address: client };
    this.#hooks = { onMessage: options.onMessage, onEnd: options.onEnd };
    this.#clock = clock === 'system' ? new SystemClock() : clock === 'manual' ? new MockClock() : clock;
    this.#book = new FaultBook((parked) => {
      if (!parked) for (const start of new Set(this.#waiting.values())) start();
    });
    this.fault = new Faults(
      {
        clock: this.#clock,
        connections: () => new Set(this.#relays),
        listensOn: (path) => this.#sockets.has(path),
      },
      this.#book,
    );
  }

  /** The clock of delays, if it is turned by hand. */
  get clock(): MockClock {
    if (this.#clock instanceof MockClock) return this.#clock;
    throw new QmpStateError(
      "This proxy's delays are real: make it with { clock: 'manual' } to turn its clock by hand",
    );
  }

  /** Number of running conversations. */
  get connections(): number {
    return this.#relays.size;
  }

  /**
   * Listens for the side that dials: for clients, if the proxy was given `qemu`; for QEMU, if it was given
   * `client`.
   *
   * @param address - The address. Default: a UNIX socket in a directory of mode 0700, which {@link close}
   *   removes.
   * @returns The bound address.
   * @throws QmpConnectError if it can't listen there.
   * @throws QmpStateError if the proxy was given neither side.
   */
  async listen(address?: QmpAddressInput): Promise<BoundAddress> {
    this.#assertOpen();
    if (this.#far === undefined)
      throw new QmpStateError("A proxy that listens needs 'qemu' or 'client', to dial it");
    const far = this.#far;
    const own = address === undefined ? await privatePath() : undefined;
    try {
      const server = await bind(parseAddress(own ?? address!));
      server.onConnection((stream) => void this.#join(stream, far.role, far.address));
      const { address: bound } = server;
      const socket = 'path' in bound ? resolve(bound.path) : '';
      this.#sockets.add(socket);
      this.#releases.add(async () => {
        this.#sockets.delete(socket);
        await server.close();
        await own?.remove();
      });
      return server.address;
    } catch (error) {
      await own?.remove();
      throw error;
    }
  }

  /**
   * Puts the proxy into a stream that is already open. An error of the stream becomes an error of the
   * client's end.
   *
   * @param monitor - The stream to the monitor.
   * @returns The client's end.
   * @example
   * const client = await QmpClient.over(proxy.over(mock.connect()));
   */
  over(monitor: Duplex): Duplex {
    this.#assertOpen();
    const [near, far] = duplexPair();
    this.#start(far, monitor, (error) => void near.destroy(error));
    return near;
  }

  /**
   * Puts the proxy between two streams that are already open.
   *
   * @example
   * proxy.between(socket, monitor);
   */
  between(client: Duplex, monitor: Duplex): void {
    this.#assertOpen();
    this.#start(client, monitor);
  }

  /** Stops listening and ends every conversation. You may call it more than once. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#book.close();
    this.#abort.abort(new QmpStateError('The proxy was closed'));
    for (const relay of this.#relays) relay.destroy();
    for (const stream of this.#waiting.keys()) stream.destroy();
    await Promise.all([...this.#releases].map(async (release) => release()));
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new QmpStateError('The proxy is closed: make a new one');
  }

  /** Dials the far side for a new stream, and joins the two. */
  async #join(near: Duplex, farRole: 'qemu' | 'client', address: QmpAddressInput): Promise<void> {
    near.on('error', ignore);
    this.#waiting.set(near, ignore);
    near.once('close', () => this.#waiting.delete(near));
    try {
      const far = await dial(parseAddress(address), { signal: this.#abort.signal });
      if (near.destroyed) far.destroy();
      else if (farRole === 'qemu') this.#start(near, far);
      else this.#start(far, near);
    } catch {
      // The client sees a connection that ends, as with a QEMU that is gone.
      near.destroy();
    } finally {
      if (this.#waiting.get(near) === ignore) this.#waiting.delete(near);
    }
  }

  #start(client: Duplex, monitor: Duplex, fail?: (error: Error) => void): void {
    client.on('error', ignore);
    monitor.on('error', ignore);
    const start = (): void => {
      this.#waiting.delete(client);
      const relay = new Relay({
        id: ++this.#count,
        clock: this.#clock,
        book: this.#book,
        client,
        monitor,
        ...this.#hooks,
        fail,
        onClose: (ended) => this.#relays.delete(ended),
      });
      this.#relays.add(relay);
      relay.open();
    };
    if (!this.#book.parked) return start();
    this.#waiting.set(client, start);
    client.once('close', () => {
      this.#waiting.delete(client);
      monitor.destroy();
    });
  }
}

const ignore = (): void => {};
