import { debuglog } from 'node:util';
import { Redactor, visible } from './redact/index.ts';
import type { JsonObject } from './wire/json-value.ts';
import { parseJson } from './wire/parse-json.ts';
import { stringifyJson } from './wire/stringify-json.ts';

/** `out` for what this side sends, `in` for what it receives. */
export type MessageDirection = 'out' | 'in';

/**
 * A function that is called with every message of a conversation, each as an object of its own: requests as
 * they are sent (with their id), and the greeting, replies and events as they come. Errors that it throws are
 * ignored.
 */
export type MessageHook = (direction: MessageDirection, message: JsonObject) => void;

const log = debuglog('qmp');

/** Shows messages to the hook of the options, and in the log of `NODE_DEBUG=qmp`. */
export class WireLog {
  readonly #hook: MessageHook | undefined;
  readonly #redactor = new Redactor();
  /** Commands that the log has shown and that aren't answered yet, by their ids. */
  readonly #requests = new Map<string, JsonObject>();

  /** Whether anybody wants to see messages. */
  readonly active: boolean;

  constructor(hook: MessageHook | undefined) {
    this.#hook = hook;
    this.active = hook !== undefined || log.enabled;
  }

  /** Notes that a request goes out. */
  sent(text: string): void {
    if (log.enabled) log('>>> %s', this.#shown('out', text));
    this.#tell('out', text);
  }

  /** Notes that a message came in. */
  received(text: string): void {
    if (log.enabled) log('<<< %s', this.#shown('in', text));
    this.#tell('in', text);
  }

  /** Logs a remark. */
  note(text: string): void {
    log('%s', text);
  }

  /** The text that the log may show of a message: the message itself if there is nothing to hide. */
  #shown(direction: MessageDirection, text: string): string {
    try {
      const message = parseJson(text) as JsonObject;
      const id = stringifyJson(message['id'] ?? null);
      const request = direction === 'in' ? this.#requests.get(id) : undefined;
      if (direction === 'out') this.#requests.set(id, message);
      else this.#requests.delete(id);
      const shown = stringifyJson(this.#redactor.message(message, request));
      return visible(shown === stringifyJson(message) ? text : shown);
    } catch {
      return visible(this.#redactor.text(text));
    }
  }

  /** Calls the hook. It gets an object of its own, parsed anew from the text on the wire. */
  #tell(direction: MessageDirection, text: string): void {
    if (this.#hook === undefined) return;
    try {
      const result: unknown = this.#hook(direction, parseJson(text) as JsonObject);
      // An async hook fails later, with nobody to catch it.
      if (result instanceof Promise) result.catch(() => {});
    } catch {
      // Whoever looks on must not break the conversation.
    }
  }
}
