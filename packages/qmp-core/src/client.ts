import type { Duplex } from 'node:stream';
import { setBrand } from './brand.ts';
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
import { addTimeOutHint } from './time-out-hint.ts';
import { dial } from './transport/dial.ts';
import { descriptorOf } from './transport/fd.ts';
import { canPassFds, passFd } from './transport/pass-fd.ts';
import type { QmpEvent, QmpGreeting, QmpReply, QmpRequest } from './wire/messages.ts';

/**
 * A client of one QMP monitor.
 *
 * {@link QmpClient.connect}, {@link QmpClient.over} and {@link QmpListener.accept} make one. Any number of
 * commands can run at once. Events are kept from the first byte on, so you can't miss one. When either side
 * ends the connection, everything that is still waiting rejects.
 *
 * @typeParam S - Schema that types commands and events. Default: the newest QEMU that this package knows.
 *
 * @example
 * await using client = await QmpClient.connect('/run/vm.sock')
 * const { status } = await client.execute('query-status')
 * const { event } = await client.executeAndWait('system_reset', {}, 'RESET', { timeout: 5000 })
 */
export class QmpClient<S extends QapiSchema = DefaultQapi> {
  static {
    setBrand(this, 'client');
  }
  readonly #session: Session;
  #timeout: number | null = null;

  private constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Connects to a monitor: dials, reads the greeting, negotiates capabilities.
   *
   * A monitor serves one client at a time, and its queue is short: QEMU's `listen` has a backlog of one. If
   * the queue is full, the client keeps trying until the deadline, as a blocking `connect` does. With
   * `timeout: null` it tries for as long as it takes.
   *
   * @param address - `'/run/vm.sock'`, `'127.0.0.1:4444'`, `{ path }`, `{ host, port, tls? }`, `{ fd }`, …
   * @throws QmpConnectError if no session came about. Its `phase` says how far it got. Its `cause` is the
   *   system's error, a {@link QmpStateError} for an invalid address, a {@link QmpTimeoutError}, or a
   *   {@link QmpProtocolError}.
   * @throws QmpCapabilitiesError if the monitor refuses to negotiate.
   * @throws the reason of `options.signal` if the signal aborts.
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
   * Connects over a stream that is already open: a socket, a pipe, or one end of an in-memory pair. From then
   * on the client owns the stream, and destroys it if the handshake fails.
   *
   * @throws like {@link QmpClient.connect}.
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
   * Executes a command and returns its result.
   *
   * @param name - The command, for example `'query-status'`.
   * @param args - Its arguments; a `bigint` goes out as a bare integer.
   * @param options - Deadline, signal, id, out-of-band.
   * @returns The reply's `return`; integers beyond ±(2^53−1) in it are `bigint`.
   * @throws QmpCommandError if QEMU refuses it: see `class` and `desc`.
   * @throws QmpTimeoutError after the deadline (`options.timeout`, else {@link QmpClient.timeout}).
   * @throws QmpDisconnectedError if the connection ends before the reply comes, or has already ended.
   * @throws QmpProtocolError if the peer sends something that isn't QMP.
   * @throws QmpStateError if the arguments cannot be sent, or `oob` was not negotiated.
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
      throw this.#blame(error, site);
    }
  }

  /**
   * Executes a command and waits for an event that it causes. Only an event that comes after the command was
   * sent counts: you can't miss it, and an older one of the same name can't be mistaken for it.
   *
   * @param filter - The event: a name, several names, or a function that says yes.
   * @param options - `timeout` and `signal` cover the command and the wait together. `match` applies to the
   *   event's `data`.
   * @returns The command's result, and the event.
   * @throws like {@link QmpClient.execute} and {@link QmpClient.waitForEvent}.
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
      throw this.#blame(error, site);
    }
  }

  /**
   * Sends a request exactly as it is written, right or wrong, and returns the whole reply, `error` or
   * `return`.
   *
   * @param request - For example `{ execute: 'query-status', id: 7 }`. If it has no id, the client adds one
   *   and takes it off the reply again. `exec-oob` is sent as it is: a monitor without the capability refuses
   *   it.
   * @returns The reply. An `error` in it never makes the call reject.
   * @throws everything else as {@link QmpClient.execute} does.
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
      throw this.#blame(error, site);
    }
  }

  /** Makes an error begin in the user's program, and a time-out tell what the mock behind it knows. */
  #blame(error: unknown, site: CallSite | undefined): unknown {
    addTimeOutHint(error, this, this.#session.stream);
    return blame(error, site);
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

  /** Default deadline in ms for the reply to a command. `null`, the initial value, means no deadline. */
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
   * Waits for an event. It first looks, oldest first, at events that have already come and that no earlier
   * `waitForEvent` has returned. So an event that came a moment too early is found, and one event never
   * satisfies two waits.
   *
   * @param filter - A name, several names (any of them will do), or a predicate.
   * @param options.match - Pattern for the event's `data`: the members that it must have at least.
   * @param options.since - Mark that limits the look-back: see {@link QmpClient.mark}.
   * @param options.timeout - Deadline in ms; default none.
   * @throws QmpTimeoutError after the deadline. The message lists the events that came instead.
   * @throws QmpDisconnectedError if the connection ends first, or has already ended and no kept event fits.
   * @throws QmpProtocolError if the connection ends because the peer sends something that isn't QMP.
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
      throw this.#blame(error, site);
    }
  }

  /**
   * Iterates over the events that come from now on, and ends when the connection ends. It listens from this
   * call on, not from the first `next()`. A reader that falls behind by more than `eventHistory` events loses
   * the oldest ones.
   *
   * @param filter - A name, several names, or a predicate. Default: every event.
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
   * Takes the oldest unread event. `pullEvent`, {@link QmpClient.drainEvents} and
   * {@link QmpClient.clearEvents} share one read position. They take nothing away from `events` and
   * `waitForEvent`.
   *
   * @param options.timeout - Time in ms to wait if every event has been read. 0 (the default) doesn't wait;
   *   `Infinity` waits until the connection ends.
   * @returns The event, or `null` if `timeout` is 0 and every event has been read.
   * @throws QmpTimeoutError after a positive timeout.
   * @throws QmpDisconnectedError if the connection ends first.
   *
   * @example
   * const event = await client.pullEvent({ timeout: 1000 })
   */
  async pullEvent(options: QmpPullOptions = NO_OPTIONS): Promise<QmpEvent | null> {
    return this.#take('pullEvent', () => this.#session.events.pull(), options, null);
  }

  /**
   * Takes every unread event, oldest first.
   *
   * @param options.timeout - Time in ms to wait for the first one if every event has been read. With 0 (the
   *   default) the result is `[]` then.
   * @throws like {@link QmpClient.pullEvent}.
   *
   * @example
   * const names = (await client.drainEvents()).map(({ event }) => event)
   */
  async drainEvents(options: QmpPullOptions = NO_OPTIONS): Promise<QmpEvent[]> {
    const take = (): QmpEvent[] | undefined => {
      const drained = this.#session.events.drain();
      return drained.length === 0 ? undefined : drained;
    };
    return this.#take('drainEvents', take, options, []);
  }

  /** Gives what `take` finds now or in time, or `none` if it finds nothing and there is no timeout. */
  async #take<T, N>(of: string, take: () => T | undefined, options: QmpPullOptions, none: N): Promise<T | N> {
    if (options === NO_OPTIONS) return take() ?? none;
    const site = this.#session.callSite();
    try {
      checkOptions(of, options, PULL_OPTIONS);
      if (isZero(options.timeout)) return take() ?? none;
      const timeout = checkTimeout(options.timeout);
      return unwrap(await this.#session.events.take(take, timeout, options.signal));
    } catch (error) {
      throw this.#blame(error, site);
    }
  }

  /** Marks every unread event as read, for `pullEvent` and `drainEvents`. */
  clearEvents(): void {
    this.#session.events.clear();
  }

  /**
   * Gives the present position in the event history, for the option `since` of
   * {@link QmpClient.waitForEvent}.
   *
   * @example
   * const before = client.mark()
   * await pressTheButton()
   * await client.waitForEvent('POWERDOWN', { since: before })
   */
  mark(): EventMark {
    return this.#session.events.mark;
  }

  /** Number of events that were dropped because the history was full (`eventHistory`). */
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

  /** Whether the connection is still open. */
  get connected(): boolean {
    return this.#session.ended === undefined;
  }

  /** Resolves with the reason when either side has ended the connection. It never rejects. */
  get closed(): Promise<QmpError> {
    return this.#session.closed;
  }

  /** The socket's descriptor number. It's `null` for TLS, a stream in memory, or a closed socket. */
  get fd(): number | null {
    return descriptorOf(this.#session.stream);
  }

  /** Whether {@link QmpClient.passFd} works: it takes a UNIX socket, and `koffi` installed. */
  get canPassFds(): boolean {
    return canPassFds(this.#session.stream);
  }

  /**
   * Passes a descriptor of this process to QEMU (`SCM_RIGHTS`), for the `getfd` or `add-fd` that comes next.
   * QEMU keeps a duplicate, so you may close yours afterwards. This needs the optional peer dependency
   * `koffi`.
   *
   * @throws QmpStateError if the connection isn't a UNIX socket, `koffi` isn't installed, or the descriptor
   *   isn't open.
   * @throws QmpDisconnectedError if the connection has ended.
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
      throw this.#blame(error, site);
    }
  }

  /** The same client without a schema: it takes any name, and arguments and results are `unknown`. */
  get untyped(): QmpClient<UntypedQapi> {
    return this as unknown as QmpClient<UntypedQapi>;
  }

  /**
   * Closes the connection. Every pending call rejects at once with a {@link QmpDisconnectedError}. Closing
   * twice is fine.
   *
   * If commands are unanswered, the stream stays open until their answers have come, for 500 ms at most: when
   * its client leaves, QEMU forgets a command that it hasn't begun to run, `quit` for example.
   *
   * @returns Resolves when the socket is closed.
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
