import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A socket that counts the lines that come, and nothing else: no client's cost is in what it measures. */
export class RawClient {
  readonly #socket: Socket;
  #seen = 0;
  #target = 0;
  #reached: () => void = () => {};

  private constructor(path: string) {
    this.#socket = connect(path);
    this.#socket.on('data', (chunk) => {
      for (const byte of chunk) if (byte === 10) this.#seen += 1;
      if (this.#seen >= this.#target) this.#reached();
    });
  }

  /** Connects, and negotiates. */
  static async open(path: string): Promise<RawClient> {
    const client = new RawClient(path);
    const greeted = client.send('', 1);
    await once(client.#socket, 'connect');
    await greeted;
    await client.send('{"execute":"qmp_capabilities"}\n', 1);
    return client;
  }

  /** Sends something; settles when so many lines have come back. */
  send(text: string, lines: number): Promise<void> {
    this.#target = this.#seen + lines;
    return new Promise((resolve) => {
      this.#reached = resolve;
      if (text !== '') this.#socket.write(text);
    });
  }
}
