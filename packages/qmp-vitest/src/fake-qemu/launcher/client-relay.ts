import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Carries bytes between a client and the test, and ends either side as the other ends. */
export class ClientRelay {
  /** Resolves when no more comes from the test. */
  readonly ended: Promise<void>;
  /** Resolves when the client has been sent everything, or is gone. */
  readonly flushed: Promise<void>;
  readonly #client: Duplex;
  readonly #test: Socket;
  #dropped = false;

  /**
   * @param client - The client's stream.
   * @param test - A connection to the test.
   */
  constructor(client: Duplex, test: Socket) {
    this.#client = client;
    this.#test = test;
    // Either may end its half and still read.
    client.allowHalfOpen = true;
    for (const end of [client, test]) end.on('error', () => {});
    client.pipe(test).pipe(client);
    client.once('close', () => test.destroy());
    test.once('end', () => this.#dropped && test.destroy());
    test.once('close', () => this.#endClient());
    this.ended = firstOf(test, 'end', 'close');
    this.flushed = firstOf(client, 'finish', 'close');
  }

  /**
   * Notes that the test has closed its end. Unless `reset` is set, everything that the test has sent still
   * reaches the client.
   */
  drop(reset: boolean): void {
    this.#dropped = true;
    if (reset) resetOrDestroy(this.#client);
    else if (this.#test.readableEnded) this.#test.destroy();
  }

  #endClient(): void {
    const client = this.#client;
    if (this.#test.readableEnded) client.end(() => client.destroy());
    else client.destroy();
  }
}

function firstOf(stream: Duplex, ...events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    for (const event of events) stream.once(event, () => resolve());
  });
}

/** Breaks a connection: the peer of a TCP socket sees `ECONNRESET`. */
function resetOrDestroy(client: Duplex): void {
  if (client instanceof Socket && client.remoteAddress !== undefined) client.resetAndDestroy();
  else client.destroy();
}
