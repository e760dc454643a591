import type { Duplex } from 'node:stream';
import { CallSite } from './call-site.ts';
import { SYSTEM_CLOCK, type QmpClock } from './clock.ts';
import { Connection } from './connection.ts';
import {
  QmpDisconnectedError,
  QmpLimitError,
  QmpProtocolError,
  QmpTimeoutError,
  type QmpError,
} from './errors.ts';
import { EventLog } from './events.ts';
import { idKey } from './ids.ts';
import { watchLimits } from './limits.ts';
import { DEFAULT_EVENT_HISTORY, type QmpConnectOptions } from './options.ts';
import { Failure } from './outcome.ts';
import { OOB_QUEUE_LENGTH, PendingCalls, type PendingCall } from './pending-calls.ts';
import { encodeCommand, type EncodedRequest } from './requests.ts';
import type { JsonObject, JsonValue } from './wire/json-value.ts';
import { greetingFault, kindOf, type QmpEvent, type QmpGreeting, type QmpReply } from './wire/messages.ts';
import { WireLog } from './wire-log.ts';

/** A request with its caller's options. */
export interface CallOptions {
  readonly request: EncodedRequest;
  readonly timeout: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Place of the call, if known. */
  readonly site?: CallSite | undefined;
}

/** Number of a client's calls whose places are recorded: each costs a few µs. */
const KNOWN_SITES = 1000;

/** Stage of the conversation. */
type Stage = 'greeting' | 'negotiation' | 'open';

/**
 * One conversation with a monitor: it matches replies to calls, keeps events, and knows when it is over.
 *
 * The peer can't make anything here reject or throw: calls resolve with a reply or a {@link Failure}.
 */
export class Session {
  readonly events: EventLog;
  greeting: QmpGreeting | null = null;
  /** Whether out-of-band execution has been negotiated. */
  oob = false;
  /** The reason why the conversation is over, or `undefined` while it lasts. */
  ended: QmpError | undefined;
  /** Resolves when the conversation is over; never rejects. */
  readonly closed: Promise<QmpError>;
  readonly #clock: QmpClock;
  readonly #connection: Connection;
  readonly #calls: PendingCalls;
  readonly #log: WireLog;
  #resolveClosed: (reason: QmpError) => void = () => {};
  #stage: Stage = 'open';
  #sites = 0;
  #onGreeting: ((outcome: QmpGreeting | Failure) => void) | undefined;
  /** Sends `qmp_capabilities` again; see {@link Session.negotiate}. */
  #repeatNegotiation: (() => void) | undefined;

  constructor(stream: Duplex, options: QmpConnectOptions) {
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.events = new EventLog(options.eventHistory ?? DEFAULT_EVENT_HISTORY, this.#clock);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#log = new WireLog(options.onMessage);
    this.#calls = new PendingCalls((request) => this.#write(request));
    const handler = {
      message: (value: JsonValue, text: string): void => this.#receive(value, text),
      cutFrom: (length: number): void => this.events.cutFrom(length),
      ended: (reason: QmpDisconnectedError | QmpProtocolError): void => this.#end(reason),
    };
    this.#connection = new Connection(stream, handler, {
      maxMessageSize: options.maxMessageSize,
      maxDepth: options.maxDepth,
      // Only the guest agent, which neither greets nor negotiates, marks a fresh start with 0xFF.
      skipFlushBytes: options.negotiate === false,
    });
    this.#stage = options.negotiate === false ? 'open' : 'greeting';
  }

  /** Begins to read. */
  start(): void {
    this.#connection.start();
  }

  get stream(): Duplex {
    return this.#connection.stream;
  }

  /** Ends the conversation in order; resolves when the stream is closed. */
  close(): Promise<void> {
    const { awaited } = this.#calls;
    if (awaited.size === 0) return this.#connection.close();
    return this.#connection.close((message) => {
      const { id } = message as QmpReply;
      if (id !== undefined) awaited.delete(idKey(id));
      return awaited.size === 0;
    });
  }

  /** Ends the conversation at once. */
  destroy(reason: string): void {
    this.#connection.destroy(reason);
  }

  // --- opening ---

  /** Waits for the greeting. */
  awaitGreeting(signal: AbortSignal): Promise<QmpGreeting | Failure> {
    return new Promise((resolve) => {
      const settle = (outcome: QmpGreeting | Failure): void => {
        signal.removeEventListener('abort', onAbort);
        this.#onGreeting = undefined;
        resolve(outcome);
      };
      const onAbort = (): void => settle(new Failure(() => signal.reason as unknown));
      if (this.greeting !== null) return settle(this.greeting);
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      this.#onGreeting = settle;
      const { ended } = this;
      if (ended !== undefined) settle(new Failure(() => ended));
    });
  }

  /**
   * Negotiates capabilities. Resolves with the monitor's reply.
   *
   * A QEMU that is just starting can greet twice and lose a request sent in between (seen once in about 1 500
   * starts of QEMU 7.2). So after a second greeting the request goes out again, with the same id. If the
   * first wasn't lost after all, nobody waits for the second reply, and it is dropped.
   */
  async negotiate(enable: readonly string[], signal: AbortSignal): Promise<QmpReply | Failure> {
    this.#stage = 'negotiation';
    const args = enable.length === 0 ? undefined : { enable };
    const request = encodeCommand('qmp_capabilities', args, { nextId: this.nextId });
    this.#repeatNegotiation = () => {
      this.#repeatNegotiation = undefined;
      this.#write(request);
    };
    try {
      return await this.call({ request, timeout: undefined, signal });
    } finally {
      this.#repeatNegotiation = undefined;
      this.#stage = 'open';
    }
  }

  // --- calls ---

  /** The place that called the running public method, for its errors; `undefined` after many calls. */
  callSite(): CallSite | undefined {
    return this.#sites++ < KNOWN_SITES ? new CallSite() : undefined;
  }

  /** Makes a short id that isn't in use. */
  readonly nextId = (): number => this.#calls.nextId();

  /** Sends a request. Resolves with its reply or a failure. */
  call({ request, timeout, signal, site }: CallOptions): Promise<QmpReply | Failure> {
    if (signal?.aborted === true) return Promise.resolve(new Failure(() => signal.reason as unknown));
    if (this.ended !== undefined) return Promise.resolve(this.#afterTheEnd(this.ended));
    return new Promise((resolve) => {
      const call: PendingCall = {
        request,
        site,
        settle: (outcome) => {
          unwatch();
          call.settle = undefined;
          resolve(outcome);
        },
      };
      const giveUp = (failure: Failure): void => {
        const { settle } = call;
        this.#calls.abandon(call);
        settle?.(failure);
      };
      const unwatch = watchLimits(
        this.#clock,
        timeout,
        signal,
        (ms) => giveUp(new Failure(() => replyTimeout(request, ms))),
        (reason) => giveUp(new Failure(() => reason)),
      );
      this.#calls.start(call);
    });
  }

  #write(request: EncodedRequest): void {
    if (this.#log.active) this.#log.sent(request.text);
    if (request.command === 'quit') this.#connection.writeLast(request.text);
    else this.#connection.write(request.text);
  }

  // --- what comes in ---

  #receive(value: JsonValue, text: string): void {
    const kind = kindOf(value);
    if (kind === 'unknown') return this.#notQmp(text);
    const message = value as JsonObject;
    if (this.#log.active) this.#log.received(text);
    if (kind === 'event') this.events.push(message as unknown as QmpEvent, text);
    else if (kind === 'greeting') this.#greet(message, text);
    else if (this.#stage === 'greeting') this.#notQmp(text);
    else this.#answer(message, text);
  }

  #greet(message: JsonObject, text: string): void {
    if (this.#stage === 'greeting') {
      const fault = greetingFault(message);
      if (fault !== undefined) return this.#notQmp(text, `what is not quite a greeting (${fault})`);
      const greeting = message as unknown as QmpGreeting;
      this.greeting ??= greeting;
      // 7.2 needs it, 10.0 does not; those between were not tried.
      if (greeting.QMP.version.qemu.major >= 10) this.#connection.writeWhole();
      this.#onGreeting?.(greeting);
    } else if (this.#stage === 'negotiation') this.#repeatNegotiation?.();
  }

  #answer(reply: QmpReply, text: string): void {
    if (reply.id === undefined) return this.#answerWithoutId(reply, text);
    const call = this.#calls.answered(idKey(reply.id));
    if (call === undefined) return this.#log.note(`dropped a reply to no known command: ${text}`);
    if (call.request.command === 'qmp_capabilities') this.#negotiated(call.request, reply);
    else if (call.request.command === 'quit') this.#connection.forgetLineEnd();
    if (call.settle === undefined) return this.#log.note(`dropped a late reply: ${text}`);
    call.settle(reply);
  }

  /**
   * Handles an error without an id. QEMU echoes the id of every request that it can read, so such an error
   * says that it couldn't. The command that it failed on won't get another answer.
   */
  #answerWithoutId(reply: QmpReply, text: string): void {
    // There is one request on the wire then, and makeshift monitors echo no id.
    const lenient = this.#stage === 'negotiation';
    if (reply.error === undefined && !lenient) {
      return this.#log.note(`dropped a return without an id: ${text}`);
    }
    const call = this.#calls.oldestFailed();
    if (call === undefined) return this.#log.note(`dropped an error without an id: ${text}`);
    if (lenient) {
      this.#negotiated(call.request, reply);
      call.settle?.(reply);
      return;
    }
    const { request } = call;
    call.settle?.(
      new Failure(
        () =>
          new QmpProtocolError(
            `The monitor could not read a request, and says: ${reply.error?.desc}. Going by the order, it was ${request.text}`,
            { raw: text },
          ),
      ),
    );
  }

  /** Notes a successful negotiation, including one that the caller makes by hand after `negotiate: false`. */
  #negotiated(request: EncodedRequest, reply: QmpReply): void {
    if (reply.error !== undefined) return;
    const enabled = (request.args as { enable?: unknown } | undefined)?.enable;
    this.oob = Array.isArray(enabled) && enabled.includes('oob');
    if (this.oob) this.#calls.limitInBand(OOB_QUEUE_LENGTH);
  }

  #notQmp(
    text: string,
    what: string = this.#stage === 'greeting'
      ? 'something other than a greeting'
      : "JSON that isn't a greeting, reply or event",
  ): void {
    const raw = text.length > RAW_LENGTH ? `${text.slice(0, RAW_LENGTH)}…` : text;
    this.#connection.fail(new QmpProtocolError(`The peer sent ${what}: ${raw}`, { raw }));
  }

  // --- the end ---

  #end(reason: QmpDisconnectedError | QmpProtocolError): void {
    this.ended = reason;
    this.#log.note(`--- ${reason.message}`);
    this.#onGreeting?.(new Failure(() => reason));
    this.#calls.failAll(
      ({ request, site }) => new Failure(() => this.#interrupted(reason, noReply(request, site))),
    );
    this.events.end(
      (missing) => new Failure(() => this.#interrupted(reason, missing)),
      this.#afterTheEnd(reason),
    );
    this.#resolveClosed(reason);
  }

  /**
   * Makes the error of a call that was pending when the connection ended. `missing` says what it didn't get.
   */
  #interrupted(reason: QmpError, missing: string): QmpError {
    if (reason instanceof QmpLimitError) {
      const { limit, value, raw } = reason;
      return new QmpLimitError(reason.message, { limit, value, raw, cause: reason });
    }
    if (reason instanceof QmpProtocolError) {
      return new QmpProtocolError(reason.message, { raw: reason.raw, cause: reason });
    }
    return new QmpDisconnectedError(`The wait is over: ${reason.message}. ${missing}`, causeOf(reason));
  }

  /** Makes the failure of a call after the end. */
  #afterTheEnd(reason: QmpError): Failure {
    return new Failure(() => {
      const cause = reason instanceof QmpProtocolError ? { cause: reason } : causeOf(reason);
      return new QmpDisconnectedError(`The connection has ended: ${reason.message}`, cause);
    });
  }
}

/** Characters of a message that an error shows. */
const RAW_LENGTH = 200;

const causeOf = (error: Error): { cause?: unknown } => ('cause' in error ? { cause: error.cause } : {});

function noReply({ command, text }: EncodedRequest, site: CallSite | undefined): string {
  const what = `${command === '' ? text : command} got no reply`;
  const place = site?.place ?? '';
  return place === '' ? what : `${what}; it was called at ${place}`;
}

function replyTimeout(request: EncodedRequest, ms: number): QmpTimeoutError {
  return new QmpTimeoutError(
    `${request.command}: no reply within ${ms} ms (a later one is dropped). Sent: ${request.text}`,
    { timeout: ms },
  );
}
