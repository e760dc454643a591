import { ByteQueue, type Reading } from './bytes.ts';
import { MODE, type NbdClient, noContexts, type NbdOffer } from './client.ts';
import type { NbdExport } from './export.ts';
import { negotiate } from './negotiation.ts';
import { transmit } from './transmission.ts';

/** Parts of an {@link NbdSession}. */
export interface NbdSessionParts {
  readonly offer: NbdOffer;
  /** Sends bytes; tells whether the client takes more at once. */
  readonly send: (bytes: Uint8Array) => boolean;
  /** Ends the connection once everything is sent. */
  readonly close: () => void;
  /** Called when the client has chosen its export. */
  readonly onExport?: ((found: NbdExport) => void) | undefined;
}

/** The server's half of a conversation with one client: bytes in, bytes out. */
export class NbdSession {
  readonly #parts: NbdSessionParts;
  readonly #client: NbdClient;
  readonly #queue = new ByteQueue();
  readonly #conversation: Reading<void>;
  #wanted = 0;
  #waits = false;
  #ended = false;

  constructor(parts: NbdSessionParts) {
    this.#parts = parts;
    this.#client = {
      offer: parts.offer,
      send: (bytes) => {
        if (!parts.send(bytes)) this.#waits = true;
      },
      mode: MODE.exportName,
      contexts: noContexts(),
      export: undefined,
    };
    this.#conversation = this.#converse();
  }

  /** Export that the client has chosen. */
  get export(): NbdExport | undefined {
    return this.#client.export;
  }

  /** Whether the client has to read before it's served again. */
  get waits(): boolean {
    return this.#waits;
  }

  /** Begins, with the server's greeting. */
  start(): void {
    this.#step(this.#conversation.next());
  }

  /** Takes bytes that the client has sent. */
  push(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#queue.push(bytes);
    this.#run();
  }

  /** Goes on after `send` has told that the client takes no more. */
  resume(): void {
    this.#waits = false;
    this.#run();
  }

  /** Forgets the client. */
  end(): void {
    this.#ended = true;
  }

  *#converse(): Reading<void> {
    if (!(yield* negotiate(this.#client))) return;
    const { export: found } = this.#client;
    if (found === undefined) return;
    this.#parts.onExport?.(found);
    yield* transmit(this.#client, found);
  }

  #run(): void {
    while (!this.#ended && !this.#waits && this.#queue.length >= this.#wanted) {
      this.#step(this.#conversation.next(this.#queue.take(this.#wanted)));
    }
  }

  #step(step: IteratorResult<number, void>): void {
    if (step.done !== true) {
      this.#wanted = step.value;
      return;
    }
    this.#ended = true;
    this.#parts.close();
  }
}
