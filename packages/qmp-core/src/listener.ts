import type { Duplex } from 'node:stream';
import { formatAddress, type QmpAddressInput } from './address.ts';
import { QmpClient, understand } from './client.ts';
import { blame, CallSite } from './call-site.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import { QmpConnectError, QmpStateError, QmpTimeoutError } from './errors.ts';
import { openSession } from './handshake.ts';
import { checkTimeout, watchLimits } from './limits.ts';
import { checkOptions } from './option-rules.ts';
import { CONNECT_OPTIONS, type QmpConnectOptions } from './options.ts';
import { Failure, unwrap } from './outcome.ts';
import type { DefaultQapi } from './qapi/default.ts';
import type { QapiSchema } from './qapi/schema.ts';
import type { Session } from './session.ts';
import { bind, type BoundAddress, type BoundServer } from './transport/bind.ts';

/** Default of `timeout` for {@link QmpListener.accept}, in ms. */
const DEFAULT_ACCEPT_TIMEOUT = 15_000;

/**
 * Server mode: listens, and QEMU dials in (`-qmp unix:PATH` or `-qmp tcp:HOST:PORT`). So there is neither
 * polling nor a race with a QEMU that isn't ready yet.
 *
 * @example
 * await using listener = await QmpListener.listen('/tmp/vm/qmp.sock')
 * const qemu = spawn('qemu-system-x86_64', ['-qmp', 'unix:/tmp/vm/qmp.sock'])
 * await using client = await listener.accept()
 */
export class QmpListener {
  readonly #server: BoundServer;
  readonly #peer: string;
  /** Peers that no `accept` has taken yet. */
  readonly #peers = new Set<Duplex>();
  /** The `accept` calls that wait for a peer, in order. */
  readonly #calls = new Set<(outcome: Duplex | Failure) => void>();
  /** One for each `accept` that is under way, from waiting to the end of negotiation. */
  readonly #accepting = new Set<AbortController>();
  #closed = false;

  private constructor(server: BoundServer, peer: string) {
    this.#server = server;
    this.#peer = peer;
    server.onConnection((stream) => this.#arrive(stream));
  }

  /**
   * Binds an address and listens there.
   *
   * @param address - Like a client's. Port 0 takes a free one: see {@link QmpListener.address}. The default
   *   host is 127.0.0.1, because anybody who can reach a monitor's port owns the machine behind it. The
   *   socket file of a listener that is gone is replaced.
   * @throws QmpConnectError (phase `dial`) if that isn't possible: another process listens there, the file
   *   isn't a socket, the path is too long, or the address is invalid.
   */
  static async listen(address: QmpAddressInput): Promise<QmpListener> {
    const site = new CallSite();
    try {
      const target = understand(address);
      return new QmpListener(await bind(target), `the peer on ${formatAddress(target)}`);
    } catch (error) {
      throw blame(error, site);
    }
  }

  /** The bound address: `{ path }`, or `{ host, port }` with the real port. */
  get address(): BoundAddress {
    return this.#server.address;
  }

  #arrive(stream: Duplex): void {
    const [call] = this.#calls;
    if (call !== undefined) return call(stream);
    this.#peers.add(stream);
    stream.on('error', ignore).once('close', () => this.#peers.delete(stream));
  }

  /**
   * Takes the next peer that dials in, reads its greeting and negotiates. Several calls are served in order.
   * A peer that fails this fails its own call only; the listener goes on.
   *
   * @param options.timeout - Deadline in ms for all of that; default 15 000, `null` for no deadline.
   * @param options - Further options like those of {@link QmpClient.connect}.
   * @throws QmpTimeoutError after the deadline.
   * @throws QmpConnectError, QmpCapabilitiesError if a peer came and didn't speak QMP.
   * @throws QmpStateError if the listener is closed before or during the call.
   *
   * @example
   * await using client = await listener.accept({ timeout: 5000 })
   */
  async accept<S extends QapiSchema = DefaultQapi>(options: QmpConnectOptions = {}): Promise<QmpClient<S>> {
    const site = new CallSite();
    try {
      return QmpClient.of<S>(await this.#accept(options));
    } catch (error) {
      throw blame(error, site);
    }
  }

  async #accept(options: QmpConnectOptions): Promise<Session> {
    if (this.#closed) throw new QmpStateError('The listener is closed');
    checkOptions('accept', options, CONNECT_OPTIONS);
    const timeout = checkTimeout(options.timeout === undefined ? DEFAULT_ACCEPT_TIMEOUT : options.timeout);
    options.signal?.throwIfAborted();
    const limit = new AbortController();
    const onAbort = (): void => limit.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    this.#accepting.add(limit);
    try {
      const open = async ({ signal }: { signal: AbortSignal }): Promise<Duplex> =>
        unwrap(await this.#nextPeer(signal));
      return await openSession(this.#peer, open, {
        ...options,
        timeout: timeout ?? null,
        signal: limit.signal,
      });
    } catch (error) {
      if (!(error instanceof QmpConnectError && error.cause instanceof QmpTimeoutError)) throw error;
      const what =
        error.phase === 'dial'
          ? 'nobody dialled in'
          : `a peer dialled in, but the ${error.phase} was not over`;
      throw new QmpTimeoutError(
        `${formatBound(this.address)}: ${what} within ${timeout} ms. Has QEMU been started with -qmp ${formatBound(this.address)}?`,
        { timeout: error.cause.timeout, cause: error },
      );
    } finally {
      this.#accepting.delete(limit);
      options.signal?.removeEventListener('abort', onAbort);
    }
  }

  #nextPeer(signal: AbortSignal): Promise<Duplex | Failure> {
    const [peer] = this.#peers;
    if (peer !== undefined) {
      this.#peers.delete(peer);
      return Promise.resolve(peer);
    }
    return new Promise((resolve) => {
      const settle = (outcome: Duplex | Failure): void => {
        unwatch();
        this.#calls.delete(settle);
        resolve(outcome);
      };
      const unwatch = watchLimits(SYSTEM_CLOCK, undefined, signal, ignore, (reason) =>
        settle(new Failure(() => reason)),
      );
      this.#calls.add(settle);
    });
  }

  /**
   * Stops listening and removes the socket file that it made. Pending `accept` calls reject with a
   * {@link QmpStateError}; accepted clients stay connected.
   */
  async close(): Promise<void> {
    this.#closed = true;
    for (const limit of this.#accepting) {
      limit.abort(new QmpStateError('The listener was closed while accept waited'));
    }
    for (const peer of this.#peers) peer.destroy();
    await this.#server.close();
  }

  /** `await using` closes. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const formatBound = (address: BoundAddress): string =>
  'path' in address ? `unix:${address.path}` : `tcp:${address.host}:${address.port}`;

const ignore = (): void => {};
