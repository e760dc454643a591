import type { Duplex } from 'node:stream';
import { parseJson } from '../../src/wire/parse-json.ts';
import { memoryPair } from './memory-pair.ts';

export const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}';

export interface Request {
  execute?: string;
  'exec-oob'?: string;
  arguments?: Record<string, unknown>;
  id?: unknown;
}

/** How bytes reach the client: as they were written, or one at a time. */
export type Chunking = 'whole' | 'byte by byte';

/**
 * The far end of a conversation, under a test's control: says what it is told to say, keeps what it hears.
 */
export class ScriptedMonitor {
  readonly stream: Duplex;
  /** The near end, for `QmpClient.over`. */
  readonly near: Duplex;
  readonly received: Request[] = [];
  readonly #chunking: Chunking;
  readonly #wakes = new Set<() => void>();
  #read = 0;

  constructor(chunking: Chunking = 'whole', streams: [Duplex, Duplex] = memoryPair()) {
    this.#chunking = chunking;
    [this.near, this.stream] = streams;
    let text = '';
    this.stream.on('error', () => {});
    this.stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      // A request runs at its closing brace, as with QEMU, whether or not its line end has come.
      for (let end = 1; end <= text.length; end++) {
        if (text[end - 1] !== '}') continue;
        try {
          this.received.push(parseJson(text.slice(0, end)) as Request);
        } catch {
          continue;
        }
        text = text.slice(end);
        end = 0;
      }
      for (const wake of this.#wakes) wake();
    });
  }

  /** Sends a text as it is. */
  raw(text: string | Buffer): void {
    const bytes = Buffer.from(text as string);
    if (this.#chunking === 'whole') this.stream.write(bytes);
    else for (const byte of bytes) this.stream.write(Buffer.of(byte));
  }

  /** Sends a message as QEMU does: one line, CRLF. */
  say(message: object): void {
    this.raw(`${JSON.stringify(message)}\r\n`);
  }

  event(event: string, data?: object): void {
    this.say({ timestamp: { seconds: 1, microseconds: 2 }, event, ...(data === undefined ? {} : { data }) });
  }

  /** The next request that has not been asked for. */
  async next(): Promise<Request> {
    while (this.received.length <= this.#read) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#wakes.delete(wake);
          resolve();
        };
        this.#wakes.add(wake);
      });
    }
    return this.received[this.#read++] as Request;
  }

  /** Waits for the next request and answers it. */
  async answer(reply: object = { return: {} }): Promise<Request> {
    const request = await this.next();
    this.say({ ...reply, id: request.id });
    return request;
  }

  /** Greets and lets the client negotiate. */
  async open(): Promise<Request> {
    this.raw(`${GREETING}\r\n`);
    return this.answer();
  }
}
