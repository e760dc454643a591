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

/** What faults ask of a mock or a proxy. */
export interface FaultHost {
  readonly clock: Clock;
  /** The connections that are open. */
  connections(): Iterable<FaultyConnection>;
  /** Whether it listens on the UNIX socket of this absolute path. */
  listensOn(path: string): boolean;
}

/** How much longer than QEMU's own limit (64 MiB) an oversized reply is, by default. */
const OVERSIZED = 65 * 1024 * 1024;
const PADDING = Buffer.alloc(1 << 20, ' ');

/**
 * What can go wrong between a monitor and its client, each with a name. A fault holds for all connections, also later ones,
 * until it is cleared: by its handle, by {@link clear}, or by the mock's `reset()`.
 *
 * Faults in writing (`splitEvery`, `mergeWrites`, `delay`, `stall`, …) hold until they are cleared. Faults of the handshake
 * strike each new connection. Faults of replies strike one, the next, unless `command` and `times` say otherwise; each
 * message is struck by one fault, the oldest that fits.
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
   * Cuts everything that is written into pieces of so many bytes, each in a turn of the event loop of its own.
   * @param bytes - Size of a piece, from 1.
   */
  splitEvery(bytes: number, target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    checkCount('splitEvery', bytes, 1);
    return this.#book.addShape({ splitEvery: bytes }, target.connection);
  }

  /** Writes one byte at a time: what a client that relies on whole lines does not survive. */
  oneBytePerWrite(target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    return this.splitEvery(1, target);
  }

  /**
   * Cuts each message at these places.
   * @param offsets - In bytes from the message's start; negative ones from its end, which is CRLF: `-1` comes between the two.
   */
  splitAt(...offsets: number[]): FaultHandle {
    for (const offset of offsets) checkCount('splitAt', Math.abs(offset), 1);
    return this.#book.addShape({ splitAt: offsets }, undefined);
  }

  /**
   * Joins messages to one write.
   * @param options.messages - How many; fewer wait. Default: those that are written in one turn of the event loop.
   */
  mergeWrites(
    options: { messages?: number | undefined } & Pick<FaultTarget, 'connection'> = {},
  ): FaultHandle {
    if (options.messages !== undefined) checkCount('mergeWrites', options.messages, 2);
    return this.#book.addShape({ merge: options.messages ?? 0 }, options.connection);
  }

  /**
   * Holds each message back; their order stays.
   * @param ms - How long, in ms on the mock's clock.
   */
  delay(ms: number, target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    checkCount('delay', ms, 0, false);
    return this.#book.addShape({ delay: ms }, target.connection);
  }

  /** Writes nothing any more, until it is cleared. The connection stays open. */
  stall(target: Pick<FaultTarget, 'connection'> = {}): FaultHandle {
    return this.#book.addShape({ stalled: true }, target.connection);
  }

  /**
   * Sets a fault in writing by its name, for a name that comes from outside, such as the environment variable that puts a whole
   * suite under it: `one-byte-per-write`, `split-every=3` (bytes) or `merge-writes`.
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

  /** Sends no greeting, ever. */
  noGreeting(target: Pick<FaultTarget, 'times' | 'connection'> = {}): FaultHandle {
    return this.#greeting('no greeting', target, () => {});
  }

  /**
   * Sends something else in place of the greeting.
   * @param greeting - A text goes out as it is, with a line end; any other value as JSON. Default: an HTTP server's first line.
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

  /** Sends an event before the greeting. QEMU has been seen to, when a client connects while it starts. */
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
   * @param desc - The description. Default: QEMU's, for a capability that it does not offer.
   * @param options.times - How often. Default: always.
   */
  refuseNegotiation(
    desc: string = 'Capability oob not available',
    options: { times?: number | undefined } = {},
  ): FaultHandle {
    return this.#book.addRefusal(desc, options.times ?? Infinity);
  }

  /** Behaves as if another client held the monitor: new ones are connected, but not greeted until this is cleared. */
  parkClients(): FaultHandle {
    return this.#book.addParking();
  }

  /**
   * Turns dials away with `EAGAIN`, as where others wait in front of QEMU's monitor and fill its queue. It strikes dials of this
   * process to UNIX sockets that were listened on: Node lets everybody in, so that the queue itself cannot be filled.
   * @param dials - How many, from 1. Default 1.
   */
  fullQueue(dials: number = 1): FaultHandle {
    checkCount('fullQueue', dials, 1);
    return this.#book.addFullQueue((path) => this.#host.listensOn(path), dials);
  }

  // Section: replies

  /**
   * Sends a reply late; what comes behind it stays behind it.
   * @param ms - How late, in ms on the mock's clock.
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
   * Sends a reply that nobody asked for before the genuine one.
   * @param options.id - Its id. Default `no-such-id`.
   * @param options.instead - Whether the genuine one is left out. Default false.
   */
  unknownIdReply(options: FaultTarget & { id?: unknown; instead?: boolean | undefined } = {}): FaultHandle {
    return this.#reply('reply with an unknown id', options, (message, line) => {
      line.write(Buffer.from(`{"return": {}, "id": ${stringifyJson(options.id ?? 'no-such-id')}}\r\n`));
      if (options.instead !== true) line.write(bytesOf(message));
    });
  }

  /**
   * Sends an error without an id before a reply: QEMU's way to say that it could not parse something.
   * @param options.desc - Its description.
   * @param options.instead - Whether the genuine reply is left out. Default false.
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
   * Waits until so many replies are to be sent, then sends them in reverse order.
   * @param count - How many, from 2.
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
   * Sends bytes that are no JSON before a reply.
   * @param options.bytes - Which. Default: a line of a program that prints where it should not.
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
   * @param options.at - How many bytes of it. Default: half.
   */
  truncateReply(options: FaultTarget & { at?: number | undefined } = {}): FaultHandle {
    return this.#reply('truncated reply', options, (message, line) => {
      const text = Buffer.from(message.text);
      line.write(Buffer.concat([text.subarray(0, options.at ?? text.length >> 1), Buffer.from('\r\n')]));
    });
  }

  /** Sends a reply whose `return` is a text that is no UTF-8. */
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
   * Sends a reply that is padded with white space to so many bytes. A client that takes that much gets the genuine value.
   * @param bytes - How long the message is. Default 65 MiB: more than QEMU itself takes.
   */
  oversizedReply(bytes: number = OVERSIZED, target: FaultTarget = {}): FaultHandle {
    checkCount('oversizedReply', bytes, 1);
    return this.#reply('oversized reply', target, (message, line) => {
      const text = Buffer.from(message.text);
      line.write(text.subarray(0, 1));
      // In pieces of one buffer, so that the fault costs the mock no memory of its own.
      for (let left = bytes - text.length; left > 0; left -= PADDING.length) {
        line.write(PADDING.subarray(0, Math.min(left, PADDING.length)));
      }
      line.write(Buffer.concat([text.subarray(1), Buffer.from('\r\n')]));
    });
  }

  /**
   * Sends the head of a reply, then ends the connection.
   * @param options.at - How many bytes of it. Default: half.
   * @param options.reset - Whether by a TCP reset. Default false.
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

  /** Ends the mock's half of every connection, now: the client reads the end of the stream, but can still write. */
  halfClose(target: Pick<FaultTarget, 'connection'> = {}): void {
    for (const connection of this.#connections(target)) connection.halfClose();
  }

  /** Ends every connection, now: over TCP by a reset, as when a process is killed. */
  resetConnections(target: Pick<FaultTarget, 'connection'> = {}): void {
    for (const connection of this.#connections(target)) connection.reset();
  }

  /** Ends every connection, now, once what was written has been sent. */
  disconnect(target: Pick<FaultTarget, 'connection'> = {}): void {
    for (const connection of this.#connections(target)) connection.close();
  }

  /**
   * Sends events to every negotiated client, now, past QEMU's rate limits.
   * @param count - How many. Default 10 000.
   * @param options.event - Which. Default `JOB_STATUS_CHANGE`.
   * @param options.data - What they say; a function is given the number of the event, from 0.
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

  /** Takes every fault away. What was held back by one goes out. */
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
