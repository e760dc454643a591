import type { Duplex } from 'node:stream';
import { blame, CallSite } from './call-site.ts';
import { formatAddress, parseAddress, type QmpAddress, type QmpAddressInput } from './address.ts';
import { QmpCommandError, QmpConnectError, QmpStateError, type QmpError } from './errors.ts';
import type { ClaimedEvent, EventFilter, EventMark } from './events.ts';
import { openSession } from './handshake.ts';
import { checkTimeout } from './limits.ts';
import { checkOptions } from './option-rules.ts';
import {
  CONNECT_OPTIONS,
  EVENTS_OPTIONS,
  EXECUTE_AND_WAIT_OPTIONS,
  EXECUTE_OPTIONS,
  PULL_OPTIONS,
  SEND_OPTIONS,
  WAIT_OPTIONS,
  type QmpConnectOptions,
  type QmpEventsOptions,
  type QmpExecuteAndWaitOptions,
  type QmpExecuteOptions,
  type QmpPullOptions,
  type QmpSendOptions,
  type QmpWaitOptions,
} from './options.ts';
import { Failure, unwrap } from './outcome.ts';
import type { DefaultQapi } from './qapi/default.ts';
import type {
  CommandName,
  EventName,
  ExecuteArguments,
  MarkedExecuteArguments,
  QapiEventFilter,
  QapiEventOf,
  QapiSchema,
  ReturnOf,
  UntypedQapi,
} from './qapi/schema.ts';
import { encodeCommand, encodeRaw } from './requests.ts';
import type { Session } from './session.ts';
import { dial } from './transport/dial.ts';
import { descriptorOf } from './transport/fd.ts';
import { canPassFds, passFd } from './transport/pass-fd.ts';
import type { QmpEvent, QmpGreeting, QmpReply, QmpRequest } from './wire/messages.ts';

/**
 * A client of one QMP monitor.
 *
 * Made by {@link QmpClient.connect}, {@link QmpClient.over} or a listener's `accept`. Any number of commands
 * can be under way at once; events are kept from the first byte on, so none is missed. When the connection
 * ends, by whatever side, everything that waits is told.
 *
 * @typeParam S the schema that commands and events are typed by; the newest QEMU described here by default
 *
 * @example
 * await using client = await QmpClient.connect('/run/vm.sock')
 * const { status } = await client.execute('query-status')
 * const { event } = await client.executeAndWait('system_reset', {}, 'RESET', { timeout: 5000 })
 */
export class QmpClient<S extends QapiSchema = DefaultQapi> {
  readonly #session: Session;
  #timeout: number | null = null;

  private constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Connects to a monitor: dials, reads the greeting, negotiates capabilities.
   *
   * A monitor serves one client at a time, and its queue is short: QEMU's `listen` has a backlog of one. Where it
   * is full, connecting goes on until the deadline, like a blocking `connect`; with `timeout: null`, for as long
   * as it takes.
   *
   * @param address `'/run/vm.sock'`, `'127.0.0.1:4444'`, `{ path }`, `{ host, port, tls? }`, `{ fd }`, …
   * @throws QmpConnectError whose `phase` says how far it got; its `cause` is the system's error, a
   *   {@link QmpStateError} for an address that is none, a {@link QmpTimeoutError}, or a {@link QmpProtocolError}
   * @throws QmpCapabilitiesError where the monitor refuses to negotiate
   * @throws the reason of `options.signal` when that aborts
   *
   * @example
   * const client = await QmpClient.connect('/run/vm.sock', { timeout: 5000 })
   */
  static async connect<S extends QapiSchema = DefaultQapi>(
    address: QmpAddressInput,
    options: QmpConnectOptions = {},
  ): Promise<QmpClient<S>> {
    const site = new CallSite();
    try {
      checkOptions('QmpClient.connect', options, CONNECT_OPTIONS);
      const target = understand(address);
      const session = await openSession(formatAddress(target), (how) => dial(target, how), options);
      return new QmpClient<S>(session);
    } catch (error) {
      throw blame(error, site);
    }
  }

  /**
   * The same over a stream that is already open: a socket, a pipe, one end of something in memory. The
   * client owns the stream from here on, and destroys it when the handshake fails.
   *
   * @throws like {@link QmpClient.connect}
   *
   * @example
   * const client = await QmpClient.over(child.stdio[3] as Duplex)
   */
  static async over<S extends QapiSchema = DefaultQapi>(
    stream: Duplex,
    options: QmpConnectOptions = {},
  ): Promise<QmpClient<S>> {
    const site = new CallSite();
    try {
      checkOptions('QmpClient.over', options, CONNECT_OPTIONS);
      return new QmpClient<S>(await openSession('the stream', () => stream, options));
    } catch (error) {
      throw blame(error, site);
    }
  }

  // --- commands ---

  /** @deprecated QEMU is going to drop this command; its documentation says what to use instead. */
  execute<N extends CommandName<S>>(
    name: N,
    ...rest: MarkedExecuteArguments<S, N, QmpExecuteOptions, 'deprecated'>
  ): Promise<ReturnOf<S, N>>;
  /** @deprecated QEMU calls this command unstable: it may change or go in any release. */
  execute<N extends CommandName<S>>(
    name: N,
    ...rest: MarkedExecuteArguments<S, N, QmpExecuteOptions, 'unstable'>
  ): Promise<ReturnOf<S, N>>;
  /**
   * Executes a command and gives what it returns.
   *
   * @param name the command, for example `'query-status'`
   * @param args its arguments; a `bigint` goes out as a bare integer
   * @param options deadline, signal, id, out-of-band
   * @returns the reply's `return`; integers beyond ±(2^53−1) in it are `bigint`
   * @throws QmpCommandError where QEMU refuses it: see `class` and `desc`
   * @throws QmpTimeoutError after the deadline (`options.timeout`, else {@link QmpClient.timeout})
   * @throws QmpDisconnectedError where the connection ends before the reply comes, or had ended before
   * @throws QmpProtocolError where the peer sends what is not QMP
   * @throws QmpStateError where the arguments cannot be sent, or `oob` was not negotiated
   *
   * @example
   * const block = await client.execute('query-block')
   * await client.execute('device_del', { id: 'net0' }, { timeout: 2000 })
   */
  execute<N extends CommandName<S>>(
    name: N,
    ...rest: ExecuteArguments<S, N, QmpExecuteOptions>
  ): Promise<ReturnOf<S, N>>;
  async execute(name: string, ...rest: unknown[]): Promise<unknown> {
    const [args, options] = rest as [unknown, QmpExecuteOptions | undefined];
    const site = this.#session.callSite();
    try {
      if (options !== undefined) checkOptions('execute', options, EXECUTE_OPTIONS);
      return returned(await this.#call(name, args, options ?? NO_OPTIONS, site), name, args);
    } catch (error) {
      throw blame(error, site);
    }
  }

  /**
   * Executes a command and waits for an event that it brings about. The event is one that comes after the
   * command was sent: it cannot be missed, and an older one of the same name does not count.
   *
   * @param filter the event: a name, several names, or a function that says yes
   * @param options `timeout` and `signal` are for both together; `match` is for the event's `data`
   * @returns what the command returned, and the event
   * @throws like {@link QmpClient.execute} and {@link QmpClient.waitForEvent}
   *
   * @example
   * const { event } = await client.executeAndWait('device_del', { id: 'net0' }, 'DEVICE_DELETED', {
   *   match: { device: 'net0' },
   *   timeout: 5000,
   * })
   */
  async executeAndWait<N extends CommandName<S>, E extends EventName<S>>(
    name: N,
    args: ExecuteArguments<S, N, QmpExecuteOptions>[0],
    filter: QapiEventFilter<S, E>,
    options: QmpExecuteAndWaitOptions = NO_OPTIONS,
  ): Promise<{ return: ReturnOf<S, N>; event: QapiEventOf<S, E> }> {
    const site = this.#session.callSite();
    const over = new AbortController();
    let waiting: Promise<ClaimedEvent | Failure> | undefined;
    try {
      checkOptions('executeAndWait', options, EXECUTE_AND_WAIT_OPTIONS);
      const { match, signal } = options;
      const timeout = checkTimeout(options.timeout === undefined ? this.#timeout : options.timeout);
      const stop = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
      const since = this.mark();
      waiting = this.#session.events.wait({
        filter: filter as EventFilter,
        match,
        since,
        timeout,
        signal: stop,
      });
      const call = this.#call(name, args, { ...options, timeout: timeout ?? null }, site);
      const value = returned(await call, name, args) as ReturnOf<S, N>;
      const { event } = unwrap(await waiting);
      return { return: value, event: event as QapiEventOf<S, E> };
    } catch (error) {
      over.abort();
      const outcome = await waiting;
      if (outcome !== undefined && !(outcome instanceof Failure)) outcome.release();
      throw blame(error, site);
    }
  }

  /**
   * Sends a request as it is written, right or wrong, and gives the whole reply, `error` or `return`.
   *
   * @param request for example `{ execute: 'query-status', id: 7 }`. Without an id the client adds one, and
   *   takes it off the reply again. `exec-oob` in it is sent as it is: a monitor without the capability refuses it.
   * @returns the reply; never rejects because of an `error` in it
   * @throws the rest like {@link QmpClient.execute}
   *
   * @example
   * const reply = await client.send({ execute: 'nope' })
   * console.log(reply.error?.class) // 'CommandNotFound'
   */
  async send(request: QmpRequest, options: QmpSendOptions = NO_OPTIONS): Promise<QmpReply> {
    const site = this.#session.callSite();
    try {
      checkOptions('send', options, SEND_OPTIONS);
      const timeout = checkTimeout(options.timeout === undefined ? this.#timeout : options.timeout);
      const encoded = encodeRaw(request, this.#session.nextId);
      const { signal } = options;
      const reply = unwrap(await this.#session.call({ request: encoded, timeout, signal, site }));
      if (!encoded.ownId) return reply;
      const { id: _, ...rest } = reply;
      return rest;
    } catch (error) {
      throw blame(error, site);
    }
  }

  #call(
    name: string,
    args: unknown,
    options: QmpExecuteOptions,
    site: CallSite | undefined,
  ): Promise<QmpReply | Failure> {
    const timeout = checkTimeout(options.timeout === undefined ? this.#timeout : options.timeout);
    const session = this.#session;
    if (options.oob === true && !session.oob) throw oobMissing(name, session);
    const request = encodeCommand(name, args, { id: options.id, oob: options.oob, nextId: session.nextId });
    return session.call({ request, timeout, signal: options.signal, site });
  }

  /** Default deadline in ms for the reply to a command, `null` (as at first) for none. */
  get timeout(): number | null {
    return this.#timeout;
  }

  set timeout(ms: number | null) {
    try {
      this.#timeout = checkTimeout(ms) ?? null;
    } catch (error) {
      throw blame(error, new CallSite());
    }
  }

  // --- events ---

  /**
   * Waits for an event. Looks first at those that have come already and that no `waitForEvent` has returned,
   * oldest first; so an event that came a moment too early is found, and the same one never satisfies two waits.
   *
   * @param filter a name, several names (any of them), or a function that says yes
   * @param options.match what the event's `data` must have, at least
   * @param options.since look back no further than this {@link QmpClient.mark}
   * @param options.timeout deadline in ms; default none
   * @throws QmpTimeoutError after the deadline; the message says which events came instead
   * @throws QmpDisconnectedError where the connection ends first, or had ended and no event that was kept fits
   * @throws QmpProtocolError where the connection ends because the peer sends what is not QMP
   *
   * @example
   * await client.waitForEvent('RESET', { match: { guest: true }, timeout: 5000 })
   */
  async waitForEvent<N extends EventName<S>>(
    filter: QapiEventFilter<S, N>,
    options: QmpWaitOptions = NO_OPTIONS,
  ): Promise<QapiEventOf<S, N>> {
    const site = this.#session.callSite();
    try {
      checkOptions('waitForEvent', options, WAIT_OPTIONS);
      const { match, since, signal } = options;
      const timeout = checkTimeout(options.timeout);
      const outcome = await this.#session.events.wait({
        filter: filter as EventFilter,
        match,
        since,
        timeout,
        signal,
      });
      return unwrap(outcome).event as QapiEventOf<S, N>;
    } catch (error) {
      throw blame(error, site);
    }
  }

  /**
   * The events that come from now on, as an async iterable; it ends when the connection ends. Starts to
   * listen when this is called, not at the first `next()`. A reader that falls behind by more than the
   * `eventHistory` loses the oldest.
   *
   * @param filter only these: a name, several names, or a function that says yes
   *
   * @example
   * for await (const { event, data } of client.events(['STOP', 'RESUME'])) console.log(event, data)
   */
  events<N extends EventName<S> = EventName<S>>(
    filter?: QapiEventFilter<S, N>,
    options: QmpEventsOptions = NO_OPTIONS,
  ): AsyncIterableIterator<QapiEventOf<S, N>> {
    try {
      checkOptions('events', options, EVENTS_OPTIONS);
    } catch (error) {
      throw blame(error, new CallSite());
    }
    const iterator = this.#session.events.iterate(filter as EventFilter | undefined, options.signal);
    return iterator as AsyncIterableIterator<unknown> as AsyncIterableIterator<QapiEventOf<S, N>>;
  }

  /**
   * The oldest event that the queue has not given yet. `pullEvent`, {@link QmpClient.drainEvents} and
   * {@link QmpClient.clearEvents} share one read position, and take nothing from `events` and `waitForEvent`.
   *
   * @param options.timeout ms to wait where there is none: 0 (the default) not at all, `Infinity` until the
   *   connection ends
   * @returns the event, or `null` where there is none and `timeout` is 0
   * @throws QmpTimeoutError after a positive timeout; QmpDisconnectedError where the connection ends instead
   */
  async pullEvent(options: QmpPullOptions = NO_OPTIONS): Promise<QmpEvent | null> {
    return this.#take('pullEvent', () => this.#session.events.pull(), options, null);
  }

  /**
   * Every event that the queue has not given yet, oldest first.
   *
   * @param options.timeout ms to wait for the first where there is none; 0 (the default) gives `[]` then
   * @throws like {@link QmpClient.pullEvent}
   */
  async drainEvents(options: QmpPullOptions = NO_OPTIONS): Promise<QmpEvent[]> {
    const take = (): QmpEvent[] | undefined => {
      const drained = this.#session.events.drain();
      return drained.length === 0 ? undefined : drained;
    };
    return this.#take('drainEvents', take, options, []);
  }

  /** What `take` finds now or in time; without a timeout `none` where there is nothing. */
  async #take<T, N>(of: string, take: () => T | undefined, options: QmpPullOptions, none: N): Promise<T | N> {
    if (options === NO_OPTIONS) return take() ?? none;
    const site = this.#session.callSite();
    try {
      checkOptions(of, options, PULL_OPTIONS);
      if (isZero(options.timeout)) return take() ?? none;
      const timeout = checkTimeout(options.timeout);
      return unwrap(await this.#session.events.take(take, timeout, options.signal));
    } catch (error) {
      throw blame(error, site);
    }
  }

  /** Forgets the events that the queue has not given yet. */
  clearEvents(): void {
    this.#session.events.clear();
  }

  /**
   * The present position in the event history, for the option `since` of {@link QmpClient.waitForEvent}.
   *
   * @example
   * const before = client.mark()
   * await pressTheButton()
   * await client.waitForEvent('POWERDOWN', { since: before })
   */
  mark(): EventMark {
    return this.#session.events.mark;
  }

  /** How many events have left the history because it was full (`eventHistory`). */
  get droppedEvents(): number {
    return this.#session.events.dropped;
  }

  // --- the connection ---

  /** The monitor's greeting; `null` with `negotiate: false`. */
  get greeting(): QmpGreeting | null {
    return this.#session.greeting;
  }

  /** Whether out-of-band execution was negotiated. */
  get oob(): boolean {
    return this.#session.oob;
  }

  /** Whether the connection lasts. */
  get connected(): boolean {
    return this.#session.ended === undefined;
  }

  /** Resolves, and never rejects, with the reason when the connection has ended by whatever side. */
  get closed(): Promise<QmpError> {
    return this.#session.closed;
  }

  /** The socket's descriptor number, or `null` where there is none: TLS, a stream in memory, a closed socket. */
  get fd(): number | null {
    return descriptorOf(this.#session.stream);
  }

  /** Whether {@link QmpClient.passFd} works here: a UNIX socket, on a platform where `koffi` is installed. */
  get canPassFds(): boolean {
    return canPassFds(this.#session.stream);
  }

  /**
   * Passes a descriptor of this process to QEMU (`SCM_RIGHTS`), for the `getfd` or `add-fd` that comes next.
   * QEMU keeps a duplicate: this one may be closed afterwards. Needs the optional peer dependency `koffi`.
   *
   * @throws QmpStateError where the connection is no UNIX socket, `koffi` is not installed, or the descriptor
   *   is not open
   * @throws QmpDisconnectedError where the connection has ended
   *
   * @example
   * await client.passFd(file.fd)
   * await client.execute('getfd', { fdname: 'disk' })
   */
  async passFd(fd: number): Promise<void> {
    const site = this.#session.callSite();
    try {
      await passFd(this.#session.stream, fd);
    } catch (error) {
      throw blame(error, site);
    }
  }

  /** The same client without a schema: every name goes, everything in and out is `unknown`. */
  get untyped(): QmpClient<UntypedQapi> {
    return this as unknown as QmpClient<UntypedQapi>;
  }

  /**
   * Closes the connection. What waits rejects at once with a {@link QmpDisconnectedError}; closing twice is fine.
   *
   * Where commands are unanswered, the stream stays open until their answers have come, for 500 ms at most:
   * QEMU forgets a command that it has not begun to run when its client leaves, `quit` for example.
   *
   * @returns resolves when the socket is closed
   */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** `await using` closes. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  static of<S extends QapiSchema>(session: Session): QmpClient<S> {
    return new QmpClient<S>(session);
  }
}

const NO_OPTIONS: { readonly [option: string]: never } = Object.freeze({});

const isZero = (timeout: number | undefined): boolean => timeout === undefined || timeout === 0;

/** The address, understood; what is wrong with it is a failure to connect like any other. */
export function understand(address: QmpAddressInput): QmpAddress {
  try {
    return parseAddress(address);
  } catch (error) {
    throw new QmpConnectError((error as Error).message, { phase: 'dial', cause: error });
  }
}

function returned(outcome: QmpReply | Failure, command: string, args: unknown): unknown {
  const reply = unwrap(outcome);
  if (reply.error === undefined) return reply.return;
  const { class: errorClass, desc } = reply.error;
  throw new QmpCommandError(errorClass, desc, { command, arguments: args, reply });
}

function oobMissing(command: string, session: Session): QmpStateError {
  const offered = session.greeting?.QMP.capabilities;
  const why =
    Array.isArray(offered) && !offered.includes('oob')
      ? `the monitor does not offer it (it offers ${JSON.stringify(offered)})`
      : 'connect with { oob: true }';
  return new QmpStateError(`${command}: out-of-band execution was not negotiated: ${why}`);
}
