import type { Duplex } from 'node:stream';
import { JsonFramer, type JsonValue } from 'qmp-core/wire';
import { resetStream } from '../chardev/reset-stream.ts';
import type { Clock } from '../clock.ts';
import { bytesOf, type FaultLine, type PassingMessage } from '../fault/fault-rule.ts';
import type { Faults, FaultyConnection } from '../fault/faults.ts';
import { ShapedOutlet } from '../fault/shaped-outlet.ts';
import { Conversation } from './passing.ts';

/** How much may wait for a client before no more is read from QEMU, in bytes. */
const HIGH_WATER = 1 << 20;

/** What a {@link Relay} is made from. */
export interface RelayOptions {
  readonly id: number;
  readonly clock: Clock;
  readonly faults: Faults;
  /** The stream to the client. */
  readonly client: Duplex;
  /** The stream to the monitor. */
  readonly monitor: Duplex;
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
  readonly #outlet: ShapedOutlet;
  #negotiated = false;
  #closed = false;

  constructor(options: RelayOptions) {
    this.id = options.id;
    this.#options = options;
    const { client, clock, faults, id } = options;
    this.#outlet = new ShapedOutlet({
      clock,
      shape: () => faults.shapeOf(id),
      sink: (data) => this.#toClient(data),
      onDestroy: () => faults.unwatch(this.#outlet),
    });
    faults.watch(this.#outlet);
    client.on('drain', () => options.monitor.resume());
  }

  /** Starts to pass on. */
  open(): void {
    const { client, monitor } = this.#options;
    client.allowHalfOpen = true;
    monitor.allowHalfOpen = true;
    const requests = reader((value) => this.#conversation.request(value));
    const replies = reader((value, text) => this.#fromMonitor(this.#conversation.passing(value, text)));
    client.on('data', (chunk: Buffer) => {
      requests(chunk);
      if (!monitor.writableEnded && !monitor.destroyed && !monitor.write(chunk)) {
        client.pause();
        monitor.once('drain', () => client.resume());
      }
    });
    monitor.on('data', (chunk: Buffer) => {
      // What is not QMP passes as it is: the client is to see what the monitor says.
      if (!replies(chunk)) this.#outlet.write(chunk);
      if (client.writableLength + this.#outlet.held > HIGH_WATER) monitor.pause();
    });
    client.once('end', () => void monitor.end());
    monitor.once('end', () => this.halfClose());
    for (const [stream, other] of [
      [client, monitor],
      [monitor, client],
    ] as const) {
      stream.on('error', () => other.destroy());
      stream.once('close', () => {
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
    this.#outlet.end(() => void this.#options.client.end());
  }

  close(): void {
    const { client, monitor } = this.#options;
    this.#outlet.end(() => {
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

  #fromMonitor(message: PassingMessage): void {
    const { faults, clock, id } = this.#options;
    let passing = message;
    if (passing.command === 'qmp_capabilities') {
      const refusal = faults.takeRefusal();
      if (refusal === undefined) this.#negotiated ||= !passing.text.includes('"error"');
      else passing = { ...passing, text: refusedText(passing.text, refusal) };
    }
    const rule = faults.take(passing, id);
    if (rule === undefined) {
      this.#outlet.write(bytesOf(passing));
      return;
    }
    const line: FaultLine = {
      clock,
      write: (bytes) => this.#outlet.write(bytes),
      writeLate: (bytes, ms) => {
        this.#outlet.delayNext(bytes, ms);
        this.#outlet.write(bytes);
      },
      close: () => this.close(),
      reset: () => this.reset(),
    };
    rule.apply(passing, line);
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
    this.#outlet.destroy();
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
