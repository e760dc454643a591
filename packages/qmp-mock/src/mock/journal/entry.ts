import { parseJson, stringifyJson, type JsonValue } from 'qmp-core/wire';
import { toPlain } from '../../engine/json/plain.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import type { OutgoingMessage } from '../../engine/monitor/messages.ts';
import type { IncomingItem } from '../../engine/monitor/session-options.ts';

/**
 * Kind of a journal entry. `invalid` is input that doesn't name a command; `note` is the mock's own remark.
 */
export type JournalKind = 'greeting' | 'command' | 'return' | 'error' | 'event' | 'invalid' | 'note';

/** One message, or a remark. */
export interface JournalEntry {
  /** Direction: `received` by the mock, `sent` by it, or a `note`. */
  readonly direction: 'received' | 'sent' | 'note';
  readonly kind: JournalKind;
  /** The message as plain data; for a note its text; for invalid input QEMU's words about it. */
  readonly message: JsonValue;
  /**
   * Name of the command (of a reply: the command that it answers) or of the event; empty for other entries.
   */
  readonly name: string;
  /** Number of the connection, from 1; 0 for a note that isn't about a connection. */
  readonly connection: number;
  /** Whether it is part of the handshake: the greeting, `qmp_capabilities`, and its reply. */
  readonly handshake: boolean;
  /** The thing that the mock doesn't model, if the reply says so in the mock's own words. */
  readonly notModelled?: string | undefined;
  /** Time in microseconds since the epoch, by the mock's clock. */
  readonly time: number;
}

/**
 * An entry for input. It keeps only its raw material and works its text out on demand, because a journal has
 * thousands of entries and most are never looked at.
 */
export class IncomingEntry implements JournalEntry {
  readonly direction = 'received';
  readonly connection: number;
  readonly time: number;
  readonly #value: QValue | undefined;
  readonly #error: string | undefined;

  constructor({ value, error }: IncomingItem, connection: number, time: number) {
    this.#value = value;
    this.#error = error;
    this.connection = connection;
    this.time = time;
  }

  /** The command that it names, if any. */
  get command(): { name: string; oob: boolean; request: QDict } | undefined {
    const request = this.#value;
    if (!(request instanceof QDict)) return undefined;
    const inBand = request.get('execute');
    if (typeof inBand === 'string') return { name: inBand, oob: false, request };
    const outOfBand = request.get('exec-oob');
    return typeof outOfBand === 'string' ? { name: outOfBand, oob: true, request } : undefined;
  }

  get name(): string {
    return this.command?.name ?? '';
  }

  get kind(): JournalKind {
    return this.name === '' ? 'invalid' : 'command';
  }

  get handshake(): boolean {
    return this.name === 'qmp_capabilities';
  }

  get message(): JsonValue {
    return this.#error ?? (toPlain(this.#value as QValue) as JsonValue);
  }
}

/** An entry for output. */
export class OutgoingEntry implements JournalEntry {
  readonly direction = 'sent';
  readonly connection: number;
  readonly time: number;
  readonly kind: 'greeting' | 'return' | 'error' | 'event';
  readonly name: string;
  readonly notModelled: string | undefined;
  readonly #text: string;

  constructor(message: OutgoingMessage, connection: number, time: number) {
    this.kind = message.kind !== 'reply' ? message.kind : message.error === undefined ? 'return' : 'error';
    this.name =
      message.kind === 'event' ? message.event.event : (message.kind === 'reply' && message.command) || '';
    this.notModelled = message.kind === 'reply' ? message.error?.notModelled : undefined;
    this.#text = message.text;
    this.connection = connection;
    this.time = time;
  }

  get handshake(): boolean {
    return this.kind === 'greeting' || (this.kind !== 'event' && this.name === 'qmp_capabilities');
  }

  get message(): JsonValue {
    try {
      return parseJson(this.#text);
    } catch {
      return this.#text; // QEMU prints infinity as `inf`, which nobody can parse
    }
  }
}

const ARROWS = { received: '→', sent: '←', note: '·' } as const;

/** Formats an entry on one line, without times and ids, so that the text is the same in each run. */
export function printEntry(entry: JournalEntry): string {
  const arrow = entry.kind === 'event' ? '⚡' : ARROWS[entry.direction];
  return `${arrow}  ${entryText(entry)}`;
}

function entryText({ kind, name, message }: JournalEntry): string {
  const member = (key: string): JsonValue | undefined =>
    typeof message === 'object' && message !== null && !Array.isArray(message) && Object.hasOwn(message, key)
      ? message[key]
      : undefined;
  switch (kind) {
    case 'greeting':
      return `greeting ${stringifyJson(message)}`;
    case 'command': {
      const args = member('arguments');
      const oob = member('exec-oob') === undefined ? '' : ' (out of band)';
      return args === undefined || stringifyJson(args) === '{}'
        ? name + oob
        : `${name}${oob} ${stringifyJson(args)}`;
    }
    case 'return':
      return `${name}: ${typeof message === 'string' ? message : stringifyJson(member('return') ?? null)}`;
    case 'error': {
      const error = member('error') as { class: string; desc: string };
      return `${name === '' ? 'error' : name}: ${error.class}: ${error.desc}`;
    }
    case 'event': {
      const data = member('data');
      return data === undefined ? name : `${name} ${stringifyJson(data)}`;
    }
    default:
      return typeof message === 'string' ? message : stringifyJson(message);
  }
}
