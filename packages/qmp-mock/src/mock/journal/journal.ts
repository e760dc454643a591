import { Redactor, visible } from 'qmp-core/redact';
import type { Clock } from '../../engine/clock.ts';
import type { OutgoingMessage } from '../../engine/monitor/messages.ts';
import type { IncomingItem } from '../../engine/monitor/session-options.ts';
import { IncomingEntry, OutgoingEntry, printEntry, type JournalEntry } from './entry.ts';
import { ReceivedCommand } from './received.ts';

/** Selects journal entries. */
export interface JournalFilter {
  /** Whether to include the greeting, `qmp_capabilities` and its reply. Default false. */
  handshake?: boolean | undefined;
  /** Number of a connection whose entries are wanted. Default: all connections. */
  connection?: number | undefined;
}

/**
 * The record of everything that a mock received and sent, oldest first. It keeps the latest entries, up to
 * the option `journalLimit`.
 *
 * @example
 * await client.execute('stop')
 * expect(String(mock.journal)).toBe('→  stop\n⚡  STOP\n←  stop: {}')
 */
export class Journal implements Iterable<JournalEntry> {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #entries: JournalEntry[] = [];
  /** Entries that name a command. */
  readonly #requests: IncomingEntry[] = [];
  /** The first of `#requests` in their public form, made on demand. */
  readonly #received: ReceivedCommand[] = [];
  #withoutHandshake: ReceivedCommand[] = [];
  #dropped = 0;
  readonly #listeners = new Set<(entry: JournalEntry) => void>();

  /** Made by the mock; there is no need to call it. */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Number of entries without the handshake. */
  get length(): number {
    return this.entries().length;
  }

  /** Number of entries that were dropped because of the limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Calls back for each new entry, as soon as it's there: a command before it is answered, a reply or an
   * event when it is sent.
   *
   * @returns A function that ends it.
   * @example
   * const stop = mock.journal.onEntry(({ direction, name }) => console.log(direction, name))
   */
  onEntry(listener: (entry: JournalEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Lists the selected entries. */
  entries(filter: JournalFilter = {}): JournalEntry[] {
    return this.#entries.filter(
      (entry) =>
        (filter.handshake === true || !entry.handshake) &&
        (filter.connection === undefined || entry.connection === filter.connection),
    );
  }

  [Symbol.iterator](): Iterator<JournalEntry> {
    return this.entries()[Symbol.iterator]();
  }

  /**
   * Formats the conversation as a chat, one message per line: `→` a command, `←` a reply behind the name of
   * its command, `⚡` an event, `·` a remark. It leaves out times and ids, so that the text is the same in
   * each run, and passwords and other secrets. If there are several connections, lines begin with the
   * connection's number.
   */
  toString(filter: JournalFilter = {}): string {
    const entries = this.entries(filter);
    const several = new Set(entries.map((entry) => entry.connection)).size > 1;
    const lines = entries.map((entry) =>
      visible(several ? `#${entry.connection} ${printEntry(entry)}` : printEntry(entry), { oneLine: true }),
    );
    const redactor = new Redactor();
    // A secret may be said by its name after it was said without it.
    for (const line of lines) redactor.text(line);
    return lines.map((line) => redactor.text(line)).join('\n');
  }

  /** Forgets all entries. */
  clear(): void {
    this.#entries.length = 0;
    this.#requests.length = 0;
    this.#received.length = 0;
    this.#withoutHandshake = [];
    this.#dropped = 0;
  }

  /** Lists the received commands, with or without `qmp_capabilities`. */
  received(options: { handshake: boolean }): readonly ReceivedCommand[] {
    for (let at = this.#received.length; at < this.#requests.length; at++) {
      const { connection, command: named } = this.#requests[at]!;
      const { request, name, oob } = named!;
      const command = new ReceivedCommand(request, name, oob, connection);
      this.#received.push(command);
      if (name !== 'qmp_capabilities') this.#withoutHandshake.push(command);
    }
    return options.handshake ? this.#received : this.#withoutHandshake;
  }

  /** Records input. */
  addReceived(item: IncomingItem, connection: number): void {
    const entry = new IncomingEntry(item, connection, this.#clock.now());
    this.#add(entry);
    if (entry.command === undefined) return;
    this.#requests.push(entry);
    if (this.#requests.length > this.#limit * 1.25) this.#forgetOldRequests();
  }

  #forgetOldRequests(): void {
    const surplus = this.#requests.length - this.#limit;
    this.#requests.splice(0, surplus);
    this.#received.splice(0, surplus);
    this.#withoutHandshake = this.#received.filter((command) => command.execute !== 'qmp_capabilities');
  }

  /** Records output. */
  addSent(message: OutgoingMessage, connection: number): void {
    this.#add(new OutgoingEntry(message, connection, this.#clock.now()));
  }

  /** Records a remark. */
  addNote(text: string, connection: number = 0): void {
    this.#add({
      direction: 'note',
      kind: 'note',
      message: text,
      name: '',
      connection,
      handshake: false,
      time: this.#clock.now(),
    });
  }

  #add(entry: JournalEntry): void {
    this.#entries.push(entry);
    for (const listener of this.#listeners) listener(entry);
    if (this.#entries.length <= this.#limit * 1.25) return;
    const surplus = this.#entries.length - this.#limit;
    this.#entries.splice(0, surplus);
    this.#dropped += surplus;
  }
}
