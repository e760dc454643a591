import type { Duplex } from 'node:stream';
import { JsonFramer, type JsonObject, type JsonValue } from 'qmp-core/wire';
import { resetStream } from '../chardev/reset-stream.ts';
import type { Clock } from '../clock.ts';
import type { FaultBook } from '../fault/fault-book.ts';
import { FaultGate } from '../fault/fault-gate.ts';
import { bytesOf, type PassingMessage } from '../fault/fault-rule.ts';
import type { FaultyConnection } from '../fault/faults.ts';
import { Conversation } from './passing.ts';

/** How much may wait for a client before no more is read from QEMU, in bytes. */
const HIGH_WATER = 1 << 20;

/** What a {@link Relay} is made from. */
export interface RelayOptions {
  readonly id: number;
  readonly clock: Clock;
  readonly book: FaultBook;
  /** The stream to the client. */
  readonly client: Duplex;
  /** The stream to the monitor. */
  readonly monitor: Duplex;
  /** Told of each message as its sender sent it: `out` from the client, `in` from the monitor. */
  readonly onMessage?: ((direction: 'out' | 'in', message: JsonObject) => void) | undefined;
  /** Told once who was the first to end the conversation. */
  readonly onEnd?: ((by: 'client' | 'monitor') => void) | undefined;
  /** Called once, when both have ended. */
  readonly onClose: (relay: Relay) => void;
}

/**
 * Passes what a client and a monitor say to each other, with faults in what the monitor says. What the client says passes as
 * it is.
 */
export class Relay implements FaultyConnection {
  readonly id: number;
  readonly #options: RelayOptions;
  readonly #conversation = new Conversation();
  readonly #gate: FaultGate;
  #negotiated = false;
  #closed = false;
  /** Whether `onEnd` was. */
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

  /** Starts to pass on. */
  open(): void {
    const { client, monitor } = this.#options;
    client.allowHalfOpen = true;
    monitor.allowHalfOpen = true;
    const requests = reader((value) => {
      this.#tell('out', value);
      this.#conversation.request(value);
    });
    const replies = reader((value, text) => {
      this.#tell('in', value);
      this.#fromMonitor(this.#conversation.passing(value, text));
    });
    client.on('data', (chunk: Buffer) => {
      requests(chunk);
      if (!monitor.writableEnded && !monitor.destroyed && !monitor.write(chunk)) {
        client.pause();
        monitor.once('drain', () => client.resume());
      }
    });
    monitor.on('data', (chunk: Buffer) => {
      // What is not QMP passes as it is: the client is to see what the monitor says.
      if (!replies(chunk)) this.#gate.write(chunk);
      if (client.writableLength + this.#gate.held > HIGH_WATER) monitor.pause();
    });
    client.once('end', () => {
      this.#endedBy('client');
      monitor.end();
    });
    monitor.once('end', () => {
      this.#endedBy('monitor');
      this.halfClose();
    });
    for (const [stream, other] of [
      [client, monitor],
      [monitor, client],
    ] as const) {
      stream.on('error', () => other.destroy());
      stream.once('close', () => {
        this.#endedBy(stream === client ? 'client' : 'monitor');
        if (stream === client) other.destroy();
        this.#finish();
      });
    }
    if (client.destroyed) monitor.destroy();
  }

  get negotiated(): boolean {
    return this.#negotiated;
  }

  write(data: string | Uint8Array): void {
    this.#toClient(data);
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

/** Cuts chunks to messages until one cannot be cut; whether it could. */
function reader(take: (value: JsonValue, text: string) => void): (chunk: Buffer) => boolean {
  const framer = new JsonFramer();
  let works = true;
  return (chunk) => {
    if (!works) return false;
    try {
      framer.push(chunk, take);
    } catch {
      works = false;
    }
    return works;
  };
}

function refusedText(reply: string, desc: string): string {
  const id = /"id":.*(?=\})/s.exec(reply)?.[0];
  const error = `"error": {"class": "GenericError", "desc": ${JSON.stringify(desc)}}`;
  return id === undefined ? `{${error}}` : `{${id}, ${error}}`;
}
