import { createHash } from 'node:crypto';
import { fold, HEAD, LONG, type Received } from '../../conformance/corpus-case.ts';
import type { Client } from './client.ts';

type Entry = { -readonly [Key in keyof Received]: Received[Key] };

/** Log of a run's input. */
export class Log {
  readonly entries: Entry[] = [];
  /** The chunk that it comes after. */
  after = -1;
  readonly #last = new Map<string, Entry>();
  readonly #directory: string;

  /** @param directory - The directory of the case, which is others each time. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Writes down that something did not happen. */
  note(conn: string, what: Pick<Received, 'send_error' | 'connect_failed' | 'accept_failed'>): void {
    this.entries.push({ after: this.after, conn, ...what });
  }

  /** Writes down all that has come on a connection. */
  take(client: Client): void {
    for (const text of client.unread.splice(0)) {
      if (!client.open) continue;
      if (text === undefined) {
        this.leave(client);
        client.open = false;
        this.#put(client.name, { closed: 'eof' });
        continue;
      }
      const lines = (client.rest + text).split('\n');
      client.rest = lines.pop() ?? '';
      for (const line of lines) {
        client.lines++;
        this.#put(client.name, this.#shown(line));
      }
    }
  }

  /** Writes down a line whose end has not come. */
  leave(client: Client): void {
    if (client.open && client.rest !== '') this.#put(client.name, { tail: this.#fold(client.rest) });
    client.rest = '';
  }

  #shown(raw: string): Partial<Received> {
    // A byte that is not ASCII (telnet's) is written as the lone surrogate that Python's surrogateescape
    // gives.
    const ascii = raw.replace(/[\u0080-\u00FF]/g, (byte) => String.fromCharCode(0xdc00 + byte.charCodeAt(0)));
    const line = this.#fold(ascii.replace(/\r$/, ''));
    if (line.length <= LONG) return { line };
    const sha256 = createHash('sha256').update(line).digest('hex');
    return { line_head: line.slice(0, HEAD), len: line.length, sha256 };
  }

  #put(conn: string, what: Partial<Received>): void {
    const entry: Entry = { after: this.after, conn, ...what };
    const last = this.#last.get(conn);
    if (last !== undefined && !('closed' in what)) {
      const { times = 1, ...plain } = last;
      if (JSON.stringify(plain) === JSON.stringify(entry)) {
        last.times = times + 1;
        return;
      }
    }
    this.#last.set(conn, entry);
    this.entries.push(entry);
  }

  #fold(line: string): string {
    return fold(line).replaceAll(this.#directory, '@TMP@');
  }
}

/** How many things some entries are. */
export const count = (entries: readonly Received[]): number =>
  entries.reduce((sum, { times = 1 }) => sum + times, 0);
