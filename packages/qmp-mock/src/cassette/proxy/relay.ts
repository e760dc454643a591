import type { Duplex } from 'node:stream';
import type { JsonObject, JsonValue } from 'qmp-core/wire';
import { resetStream } from '../../process/chardev/reset-stream.ts';
import type { Clock } from '../../engine/clock.ts';
import type { FaultBook } from '../../mock/fault/fault-book.ts';
import { FaultGate } from '../../mock/fault/fault-gate.ts';
import { bytesOf, type PassingMessage } from '../../mock/fault/fault-rule.ts';
import type { FaultyConnection } from '../../mock/fault/faults.ts';
import { MessageReader } from './message-reader.ts';
import { Conversation } from './passing.ts';

/** Bytes that may wait for a client before the relay stops reading from QEMU. */
const HIGH_WATER = 1 << 20;

/** Options of {@link Relay}. */
export interface RelayOptions {
  readonly id: number;
  readonly clock: Clock;
  readonly book: FaultBook;
  /** The stream to the client. */
  readonly client: Duplex;
  /** The stream to the monitor. */
  readonly monitor: Duplex;
  /** Called with each message as its sender sent it: `out` from the client, `in` from the monitor. */
  readonly onMessage?: ((direction: 'out' | 'in', message: JsonObject) => void) | undefined;
  /** Called once, with the side that ended the conversation first. */
  readonly onEnd?: ((by: 'client' | 'monitor') => void) | undefined;
  /** Ends the stream to the client because that to the monitor failed. Default: by a reset. */
  readonly fail?: ((error: Error) => void) | undefined;
  /** Called once, when both have ended. */
  readonly onClose: (relay: Relay) => void;
}

/**
 * Relays a conversation between a client and a monitor. Faults strike the monitor's messages; the client's
 * pass as they are.
 */
export class Relay implements FaultyConnection {
  readonly id: number;
  readonly #options: RelayOptions;
  readonly #conversation = new Conversation();
  readonly #gate: FaultGate;
  #negotiated = false;
  #closed = false;
  /** Whether the stream to the monitor failed. */
  #failed = false;
  /** Resolves when the monitor has been given everything that the client sent. */
  #written: Promise<void> = Promise.resolve();
  /** Whether `onEnd` has been called. */
  #told = false;

  constructor(options: RelayOptions) {
    this.id = options.id;
    this.#options = options;
    const { client, clock, book, id } = options;
    this.#gate = new FaultGate({
      connection: id,
      clock,
      book,
      sink: (data) => this.#toClient(data),
      close: () => this.close(),
      reset: () => this.reset(),
    });
    client.on('drain', () => options.monitor.resume());
  }

  /** Starts the relay. */
  open(): void {
    const { client, monitor } = this.#options;
    client.allowHalfOpen = true;
    monitor.allowHalfOpen = true;
    const requests = new MessageReader((value) => {
      this.#tell('out', value);
      this.#conversation.request(value);
    });
    const replies = new MessageReader((value, text) => {
      this.#tell('in', value);
      this.#fromMonitor(this.#conversation.passing(value, text));
    });
    client.on('data', (data: Buffer | string) => {
      const chunk = typeof data === 'string' ? Buffer.from(data) : data;
      requests.read(chunk);
      this.#toMonitor(chunk);
    });
    monitor.on('data', (data: Buffer | string) => {
      const chunk = typeof data === 'string' ? Buffer.from(data) : data;
      // Bytes that aren't QMP pass as they are: the client has to see what the monitor says.
      const other = replies.read(chunk);
      if (other !== undefined) this.#gate.write(other);
      if (client.writableLength + this.#gate.held > HIGH_WATER) monitor.pause();
    });
    client.once('end', () => {
      this.#endedBy('client');
      // The end of the last chunk may come before the chunk has been written: see below.
      void this.#written.then(() => monitor.end());
    });
    const lastWords = (): void => {
      const rest = replies.rest();
      if (rest.length > 0) this.#gate.write(rest);
    };
    monitor.once('end', () => {
      this.#endedBy('monitor');
      lastWords();
      this.halfClose();
    });
    client.once('error', () => monitor.destroy());
    monitor.once('error', (error) => {
      this.#endedBy('monitor');
      lastWords();
      this.#failed = true;
      const fail = this.#options.fail ?? ((): void => resetStream(client));
      this.#gate.end(() => fail(error));
    });
    client.once('close', () => {
      this.#endedBy('client');
      monitor.destroy();
      this.#finish();
    });
    monitor.once('close', () => this.#monitorClosed());
    if (client.destroyed) monitor.destroy();
    else if (monitor.destroyed) this.#monitorClosed();
    else if (monitor.readableEnded) this.halfClose();
  }

  get negotiated(): boolean {
    return this.#negotiated;
  }

  write(data: string | Uint8Array): void {
    // Behind what is being written, not into it.
    this.#gate.write(data);
  }

  halfClose(): void {
    this.#gate.end(() => void this.#options.client.end());
  }

  close(): void {
    const { client, monitor } = this.#options;
    this.#gate.end(() => {
      client.end(() => client.destroy());
      monitor.destroy();
    });
  }

  reset(): void {
    resetStream(this.#options.client);
    this.#options.monitor.destroy();
  }

  /** Delivers the monitor's last words, because the monitor is gone. */
  #monitorClosed(): void {
    this.#endedBy('monitor');
    // A failure ends the client's stream in its own way.
    if (!this.#failed) this.close();
    this.#finish();
  }

  /** Ends both streams at once. */
  destroy(): void {
    this.#options.client.destroy();
    this.#options.monitor.destroy();
  }

  #tell(direction: 'out' | 'in', value: JsonValue): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    this.#options.onMessage?.(direction, value);
  }

  #endedBy(by: 'client' | 'monitor'): void {
    if (this.#told) return;
    this.#told = true;
    this.#options.onEnd?.(by);
  }

  #fromMonitor(message: PassingMessage): void {
    const { book } = this.#options;
    let passing = message;
    if (passing.command === 'qmp_capabilities') {
      const refusal = book.takeRefusal();
      if (refusal === undefined) this.#negotiated ||= !passing.text.includes('"error"');
      else passing = { ...passing, text: refusedText(passing.text, refusal) };
    }
    this.#gate.pass(passing, (bytes = bytesOf(passing)) => this.#gate.write(bytes));
  }

  #toMonitor(chunk: Buffer): void {
    const { client, monitor } = this.#options;
    if (monitor.writableEnded || monitor.destroyed) return;
    if ('encrypted' in monitor && monitor.encrypted === true) {
      client.pause();
      this.#written = writeBytewise(monitor, chunk).then(() => void client.resume());
    } else if (!monitor.write(chunk)) {
      client.pause();
      monitor.once('drain', () => client.resume());
    }
  }

  #toClient(data: string | Uint8Array): void {
    const { client, monitor } = this.#options;
    if (client.destroyed || client.writableEnded) return;
    const taken = typeof data === 'string' ? client.write(data, 'latin1') : client.write(data);
    if (taken && monitor.isPaused()) monitor.resume();
  }

  #finish(): void {
    if (this.#closed || !this.#options.client.destroyed) return;
    this.#closed = true;
    this.#gate.destroy();
    this.#options.onClose(this);
  }
}

/**
 * Writes one byte at a time, each after the one before has been sent, so that over TLS each is a record of
 * its own. Of a longer record QEMU 7.2 reads only the first byte, and then waits for the socket although the
 * rest is already decrypted (tried; 10.0 reads on).
 */
async function writeBytewise(stream: Duplex, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length && stream.writable; at++) {
    await new Promise<void>((resolve) => stream.write(bytes.subarray(at, at + 1), () => resolve()));
  }
}

function refusedText(reply: string, desc: string): string {
  const from = reply.indexOf('"id":');
  const to = reply.lastIndexOf('}');
  const error = `"error": {"class": "GenericError", "desc": ${JSON.stringify(desc)}}`;
  return from < 0 || to < from ? `{${error}}` : `{${reply.slice(from, to)}, ${error}}`;
}
