import { optionError } from 'qmp-core/internal';
import { parseJson, stringifyJson, type JsonObject } from 'qmp-core/wire';
import type { Clock } from '../../engine/clock.ts';
import { PrintedEvent } from '../../engine/monitor/messages.ts';
import { checkCount, type FaultBook } from './fault-book.ts';
import {
  bytesOf,
  type FaultHandle,
  type FaultLine,
  type FaultRule,
  type FaultTarget,
  type PassingMessage,
} from './fault-rule.ts';

/** A connection, as faults that strike at once use it. */
export interface FaultyConnection {
  readonly id: number;
  readonly negotiated: boolean;
  write(data: string | Uint8Array): void;
  halfClose(): void;
  reset(): void;
  close(): void;
}

/** The mock or proxy, as faults need it. */
export interface FaultHost {
  readonly clock: Clock;
  /** The connections that are open. */
  connections(): Iterable<FaultyConnection>;
  /** Whether it listens on the UNIX socket of this absolute path. */
  listensOn(path: string): boolean;
}

/** Default size of an oversized reply in bytes: more than QEMU's own limit of 64 MiB. */
const OVERSIZED = 65 * 1024 * 1024;
/** Bytes of it that are written at once. */
const PIECE = 1 << 20;

/**
 * Faults between a monitor and its client, each with a name. A fault applies to all connections, even later
 * ones, until it is cleared by its handle, by {@link clear}, or by the mock's `reset()`.
 *
 * Faults in writing (`splitEvery`, `mergeWrites`, `delay`, `stall`, …) last until they are cleared. Faults of
 * the handshake strike each new connection. Faults of replies strike the next reply only, unless `command`
 * and `times` say otherwise. One message is struck by one fault, the oldest that fits.
 *
 * @example
 * mock.fault.oneBytePerWrite();
 * mock.fault.duplicateReply({ command: 'query-status' });
 */
export class Faults {
  readonly #host: FaultHost;
  readonly #book: FaultBook;

  /** Made by the mock or the proxy; there is no need to call it. */
  constructor(host: FaultHost, book: FaultBook) {
    this.#host = host;
    this.#book = book;
  }

  // Section: writing

  /**
   * Cuts all output into pieces of this size, each written in its own turn of the event loop.
   * @param bytes - Size of a piece in bytes, from 1.
   */
  splitEvery(bytes: number, target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    checkCount('splitEvery', bytes, 1);
    return this.#book.addShape({ splitEvery: bytes }, target.connection);
  }

  /** Writes one byte at a time. A client that relies on whole lines doesn't survive that. */
  oneBytePerWrite(target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    return this.splitEvery(1, target);
  }

  /**
   * Cuts each message at these offsets.
   * @param offsets - Offsets in bytes from the message's start. Negative ones count from its end, which is
   *   CRLF: `-1` comes between the two.
   */
  splitAt(...offsets: number[]): FaultHandle {
    for (const offset of offsets) checkCount('splitAt', Math.abs(offset), 1);
    return this.#book.addShape({ splitAt: offsets }, undefined);
  }

  /**
   * Joins several messages into one write.
   * @param options.messages - Number of messages to wait for. Default: those that are written in one turn of
   *   the event loop.
   */
  mergeWrites(
    options: { messages?: number | undefined } & Pick<FaultTarget, 'connection'> = {},
  ): FaultHandle {
    if (options.messages !== undefined) checkCount('mergeWrites', options.messages, 2);
    return this.#book.addShape({ merge: options.messages ?? 0 }, options.connection);
  }

  /**
   * Holds each message back, without changing the order.
   * @param ms - Delay in ms on the mock's clock.
   */
  delay(ms: number, target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    checkCount('delay', ms, 0, false);
    return this.#book.addShape({ delay: ms }, target.connection);
  }

  /** Writes nothing until it is cleared. The connection stays open. */
  stall(target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    return this.#book.addShape({ stalled: true }, target.connection);
  }

  /**
   * Sets a fault in writing by name: `one-byte-per-write`, `split-every=3` (bytes) or `merge-writes`. Use it
   * for a name from outside, such as an environment variable that puts a whole suite under the fault.
   * @throws QmpOptionError for any other name.
   * @example
   * if (process.env['QMP_FAULT_PROXY']) proxy.fault.named(process.env['QMP_FAULT_PROXY']);
   */
  named(name: string, target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    if (name === 'one-byte-per-write') return this.oneBytePerWrite(target);
    if (name === 'merge-writes') return this.mergeWrites(target);
    const bytes = /^split-every=(\d+)$/.exec(name)?.[1];
    if (bytes !== undefined) return this.splitEvery(Number(bytes), target);
    throw optionError('fault.named', 'given one-byte-per-write, split-every=BYTES or merge-writes', name);
  }

  // Section: the handshake

  /** Never sends a greeting. */
  noGreeting(target: Pick<FaultTarget, 'times' | 'connection'> = {}): FaultHandle {
    return this.#greeting('no greeting', target, () => {});
  }

  /**
   * Sends something else in place of the greeting.
   * @param greeting - The substitute: a text is sent as it is, with a line end; any other value as JSON.
   *   Default: an HTTP server's first line.
   */
  wrongGreeting(
    greeting: unknown = 'HTTP/1.1 400 Bad Request',
    target: Pick<FaultTarget, 'times' | 'connection'> = {},
  ): FaultHandle {
    const text = typeof greeting === 'string' ? greeting : stringifyJson(greeting);
    return this.#greeting('wrong greeting', target, (_message, line) =>
      line.write(Buffer.from(`${text}\r\n`)),
    );
  }

  /**
   * Sends an event before the greeting. QEMU has been seen doing that when a client connects during its
   * start.
   */
  eventBeforeGreeting(
    event: string = 'RESUME',
    data?: unknown,
    target: Pick<FaultTarget, 'times' | 'connection'> = {},
  ): FaultHandle {
    return this.#greeting('event before the greeting', target, (message, line) => {
      line.write(this.#event(event, data));
      line.write(bytesOf(message));
    });
  }

  /** Sends an event between `qmp_capabilities` and its reply, as QEMU may. */
  eventInHandshake(
    event: string = 'RESUME',
    data?: unknown,
    target: Pick<FaultTarget, 'times' | 'connection'> = {},
  ): FaultHandle {
    return this.#book.addRule({
      name: 'event inside the handshake',
      times: Infinity,
      ...target,
      strikes: (message) => message.command === 'qmp_capabilities',
      apply: (message, line) => {
        line.write(this.#event(event, data));
        line.write(bytesOf(message));
      },
    });
  }

  /**
   * Refuses `qmp_capabilities` with a `GenericError`; the session stays in negotiation mode, as in QEMU.
   * @param desc - The description. Default: QEMU's description for a capability that it doesn't offer.
   * @param options.times - Number of refusals. Default: always.
   */
  refuseNegotiation(
    desc: string = 'Capability oob not available',
    options: { times?: number | undefined } = {},
  ): FaultHandle {
    return this.#book.addRefusal(desc, options.times ?? Infinity);
  }

  /**
   * Behaves as if another client held the monitor: new clients are connected, but aren't greeted until this
   * is cleared.
   */
  parkClients(): FaultHandle {
    return this.#book.addParking();
  }

  /**
   * Refuses dials with `EAGAIN`, as the system does if other clients fill the queue of QEMU's monitor. It
   * strikes dials from this process to the mock's UNIX sockets. (The queue itself can't be filled, because
   * Node accepts every client.)
   * @param dials - Number of dials to refuse, from 1. Default 1.
   */
  fullQueue(dials: number = 1): FaultHandle {
    checkCount('fullQueue', dials, 1);
    return this.#book.addFullQueue((path) => this.#host.listensOn(path), dials);
  }

  // Section: replies

  /**
   * Sends a reply late. Later output stays behind it.
   * @param ms - Delay in ms on the mock's clock.
   */
  lateReply(ms: number, target: FaultTarget = {}): FaultHandle {
    checkCount('lateReply', ms, 0, false);
    return this.#reply('late reply', target, (message, line) => line.writeLate(bytesOf(message), ms));
  }

  /** Never sends a reply. */
  dropReply(target: FaultTarget = {}): FaultHandle {
    return this.#reply('dropped reply', target, () => {});
  }

  /** Sends a reply twice. */
  duplicateReply(target: FaultTarget = {}): FaultHandle {
    return this.#reply('duplicated reply', target, (message, line) => {
      line.write(bytesOf(message));
      line.write(bytesOf(message));
    });
  }

  /**
   * Sends a reply with an unknown id before the genuine one.
   * @param options.id - The unknown id. Default `no-such-id`.
   * @param options.instead - Whether to leave the genuine one out. Default false.
   */
  unknownIdReply(options: FaultTarget & { id?: unknown; instead?: boolean | undefined } = {}): FaultHandle {
    return this.#reply('reply with an unknown id', options, (message, line) => {
      line.write(Buffer.from(`{"return": {}, "id": ${stringifyJson(options.id ?? 'no-such-id')}}\r\n`));
      if (options.instead !== true) line.write(bytesOf(message));
    });
  }

  /**
   * Sends an error without an id before a reply. QEMU sends one if it can't parse something.
   * @param options.desc - Its description.
   * @param options.instead - Whether to leave the genuine reply out. Default false.
   */
  idlessError(
    options: FaultTarget & { desc?: string | undefined; instead?: boolean | undefined } = {},
  ): FaultHandle {
    const error = { class: 'GenericError', desc: options.desc ?? 'JSON parse error, expecting value' };
    return this.#reply('error without an id', options, (message, line) => {
      line.write(Buffer.from(`${stringifyJson({ error })}\r\n`));
      if (options.instead !== true) line.write(bytesOf(message));
    });
  }

  /**
   * Waits for a number of replies, then sends them in reverse order.
   * @param count - Number of replies, from 2.
   */
  reorderReplies(count: number = 2, target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    checkCount('reorderReplies', count, 2);
    const held: { message: PassingMessage; line: FaultLine }[] = [];
    return this.#reply('replies out of order', { ...target, times: count }, (message, line) => {
      held.push({ message, line });
      if (held.length < count) return;
      for (const one of held.splice(0).toReversed()) one.line.write(bytesOf(one.message));
    });
  }

  /**
   * Sends bytes that aren't JSON before a reply.
   * @param options.bytes - The bytes. Default: a line of a program that prints where it shouldn't.
   */
  garbage(options: FaultTarget & { bytes?: string | Uint8Array | undefined } = {}): FaultHandle {
    const bytes = Buffer.from(options.bytes ?? 'warning: TCG does not support requested feature\r\n');
    return this.#reply('garbage', options, (message, line) => {
      line.write(bytes);
      line.write(bytesOf(message));
    });
  }

  /**
   * Sends only the head of a reply, then goes on with the next line.
   * @param options.at - Number of bytes to send. Default: half of the reply.
   */
  truncateReply(options: FaultTarget & { at?: number | undefined } = {}): FaultHandle {
    return this.#reply('truncated reply', options, (message, line) => {
      const text = Buffer.from(message.text);
      line.write(Buffer.concat([text.subarray(0, options.at ?? text.length >> 1), Buffer.from('\r\n')]));
    });
  }

  /** Sends a reply whose `return` is a text that isn't UTF-8. */
  invalidUtf8(target: FaultTarget = {}): FaultHandle {
    return this.#reply('invalid UTF-8', target, (message, line) => {
      const { id } = parse(message.text);
      const tail = id === undefined ? '"}\r\n' : `", "id": ${stringifyJson(id)}}\r\n`;
      line.write(
        Buffer.concat([Buffer.from('{"return": "'), Buffer.of(0xc3, 0x28, 0xff), Buffer.from(tail)]),
      );
    });
  }

  /**
   * Sends a reply that is padded with white space. A client that accepts its size gets the genuine value.
   * @param bytes - Size of the message in bytes. Default 65 MiB: more than QEMU itself accepts.
   */
  oversizedReply(bytes: number = OVERSIZED, target: FaultTarget = {}): FaultHandle {
    checkCount('oversizedReply', bytes, 1);
    return this.#reply('oversized reply', target, (message, line) => {
      const text = Buffer.from(message.text);
      line.write(text.subarray(0, 1));
      // In pieces of one buffer, so that the fault costs the mock no memory of its own.
      const padding = Buffer.alloc(PIECE, ' ');
      for (let left = bytes - text.length; left > 0; left -= PIECE) {
        line.write(padding.subarray(0, Math.min(left, PIECE)));
      }
      line.write(Buffer.concat([text.subarray(1), Buffer.from('\r\n')]));
    });
  }

  /**
   * Sends the head of a reply, then ends the connection.
   * @param options.at - Number of bytes to send. Default: half of the reply.
   * @param options.reset - Whether to end it with a TCP reset. Default false.
   */
  disconnectMidReply(
    options: FaultTarget & { at?: number | undefined; reset?: boolean | undefined } = {},
  ): FaultHandle {
    return this.#reply('disconnect in mid-reply', options, (message, line) => {
      const text = Buffer.from(message.text);
      line.write(text.subarray(0, options.at ?? text.length >> 1));
      if (options.reset === true) line.reset();
      else line.close();
    });
  }

  // Section: at once

  /**
   * Ends the mock's half of every connection at once: the client reads the end of the stream, but can still
   * write.
   */
  halfClose(target: Pick<FaultTarget, 'connection'> = {}): void {
    for (const connection of this.#connections(target)) connection.halfClose();
  }

  /** Ends every connection at once; over TCP with a reset, as when a process is killed. */
  resetConnections(target: Pick<FaultTarget, 'connection'> = {}): void {
    for (const connection of this.#connections(target)) connection.reset();
  }

  /** Ends every connection as soon as its output has been sent. */
  disconnect(target: Pick<FaultTarget, 'connection'> = {}): void {
    for (const connection of this.#connections(target)) connection.close();
  }

  /**
   * Sends many events to every negotiated client at once, without QEMU's rate limits.
   * @param count - Number of events. Default 10 000.
   * @param options.event - Name of the event. Default `JOB_STATUS_CHANGE`.
   * @param options.data - Their data. A function gets the number of the event, from 0.
   */
  eventStorm(
    count: number = 10_000,
    options: { event?: string | undefined; data?: unknown } & Pick<FaultTarget, 'connection'> = {},
  ): void {
    checkCount('eventStorm', count, 0);
    const event = options.event ?? 'JOB_STATUS_CHANGE';
    const data =
      options.event === undefined ? (options.data ?? { id: 'storm', status: 'running' }) : options.data;
    for (const connection of this.#connections(options)) {
      if (!connection.negotiated) continue;
      for (let number = 0; number < count; number++) {
        const said: unknown = typeof data === 'function' ? data(number) : data;
        connection.write(this.#event(event, said));
      }
    }
  }

  /** Removes every fault. Output that one held back is sent. */
  clear(): void {
    this.#book.clear();
  }

  // Section: inside

  *#connections({ connection }: Pick<FaultTarget, 'connection'>): Iterable<FaultyConnection> {
    for (const one of this.#host.connections()) {
      if (connection === undefined || one.id === connection) yield one;
    }
  }

  #event(event: string, data: unknown): Buffer {
    return Buffer.from(`${new PrintedEvent(event, data, this.#host.clock.now()).text(false)}\r\n`);
  }

  #greeting(
    name: string,
    target: Pick<FaultTarget, 'times' | 'connection'>,
    apply: FaultRule['apply'],
  ): FaultHandle {
    return this.#book.addRule({
      name,
      times: Infinity,
      ...target,
      strikes: (message) => message.kind === 'greeting',
      apply,
    });
  }

  #reply(name: string, target: FaultTarget, apply: FaultRule['apply']): FaultHandle {
    return this.#book.addRule({
      name,
      times: target.times,
      connection: target.connection,
      strikes: ({ kind, command }) =>
        kind === 'reply' &&
        (target.command === undefined ? command !== 'qmp_capabilities' : command === target.command),
      apply,
    });
  }
}

function parse(text: string): JsonObject {
  try {
    return parseJson(text) as JsonObject;
  } catch {
    return {};
  }
}
