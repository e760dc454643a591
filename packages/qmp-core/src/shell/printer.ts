import { visible } from '../redact/visible.ts';
import type { QmpEvent, QmpReply } from '../wire/messages.ts';
import { stringifyJson } from '../wire/stringify-json.ts';
import { indentedJson, oneLine } from './indented-json.ts';

/** Shows what a monitor says. */
export interface Printer {
  /** Shows a reply. */
  reply(reply: QmpReply): void;
  /** Shows an event. */
  event(event: QmpEvent): void;
  /** Shows something of the shell's own: help, or how the session ended. */
  note(text: string): void;
  /** Shows what was wrong with a line. */
  problem(text: string): void;
}

/** Prints for people. The peer's control characters are written as escapes. */
export class PlainPrinter implements Printer {
  readonly #print: (text: string) => void;
  readonly #style: (kind: 'error' | 'event', text: string) => string;

  /**
   * @param print - Prints whole lines.
   * @param colours - Whether errors and events are coloured.
   */
  constructor(print: (text: string) => void, colours: boolean) {
    this.#print = print;
    this.#style = colours ? (kind, text) => `\u001b[${kind === 'error' ? 31 : 36}m${text}\u001b[0m` : plain;
  }

  reply({ error, return: result }: QmpReply): void {
    if (error === undefined) {
      const text = typeof result === 'string' ? result.replace(/\r?\n$/, '') : indentedJson(result);
      this.#print(visible(text.replaceAll('\r\n', '\n')));
    } else {
      this.#print(this.#style('error', visible(`${error.class}: ${error.desc}`)));
    }
  }

  event({ event, data, timestamp: { seconds, microseconds } }: QmpEvent): void {
    const time = new Date(seconds * 1000 + Math.floor(microseconds / 1000)).toISOString().slice(11, 23);
    const text = data === undefined ? '' : ` ${oneLine(data)}`;
    this.#print(this.#style('event', visible(`${time} ${event}${text}`, { oneLine: true })));
  }

  note(text: string): void {
    this.#print(text);
  }

  problem(text: string): void {
    this.#print(this.#style('error', visible(text)));
  }
}

const plain = (_kind: string, text: string): string => text;

/** Prints each reply and each event as one line of JSON, for programs. */
export class JsonPrinter implements Printer {
  readonly #out: (text: string) => void;
  readonly #err: (text: string) => void;

  constructor(out: (text: string) => void, err: (text: string) => void) {
    this.#out = out;
    this.#err = err;
  }

  reply(reply: QmpReply): void {
    this.#out(stringifyJson(reply));
  }

  event(event: QmpEvent): void {
    this.#out(stringifyJson(event));
  }

  note(text: string): void {
    this.#err(text);
  }

  problem(text: string): void {
    this.#err(visible(text));
  }
}
