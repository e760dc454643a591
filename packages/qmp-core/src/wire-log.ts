import { debuglog } from 'node:util';
import { Redactor, visible } from './redact/index.ts';
import type { JsonObject } from './wire/json-value.ts';
import { parseJson } from './wire/parse-json.ts';
import { stringifyJson } from './wire/stringify-json.ts';

/** `out` for what this side sends, `in` for what it receives. */
export type MessageDirection = 'out' | 'in';

/**
 * Sees every message of a conversation, each as an object of its own: requests as they are sent (with their
 * id), and the greeting, replies and events as they come. What it throws is ignored.
 */
export type MessageHook = (direction: MessageDirection, message: JsonObject) => void;

const log = debuglog('qmp');

/** Tells those who look on: the hook of the options, and the log of `NODE_DEBUG=qmp`. */
export class WireLog {
  readonly #hook: MessageHook | undefined;
  readonly #redactor = new Redactor();
  /** The commands that the log has shown and that are not answered, by their ids. */
  readonly #requests = new Map<string, JsonObject>();

  /** Whether anybody looks on. */
  readonly active: boolean;

  constructor(hook: MessageHook | undefined) {
    this.#hook = hook;
    this.active = hook !== undefined || log.enabled;
  }

  /** A request goes out. */
  sent(text: string): void {
    if (log.enabled) log('>>> %s', this.#shown('out', text));
    this.#tell('out', text);
  }

  /** A message came in. */
  received(text: string): void {
    if (log.enabled) log('<<< %s', this.#shown('in', text));
    this.#tell('in', text);
  }

  /** Something worth knowing that is no message. */
  note(text: string): void {
    log('%s', text);
  }

  /** What the log may show of a message: itself where there is nothing to hide. */
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

  /** Parses the text anew: who looks on gets an object of its own, with what was on the wire. */
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
