import { kindOf, stringifyJson, type JsonObject, type JsonValue } from 'qmp-core/wire';
import type { PassingMessage } from '../../mock/fault/fault-rule.ts';

/** Number of unanswered commands to keep track of. */
const PENDING_MAX = 10_000;

/**
 * Describes the messages between a client and a real monitor. It finds a reply's command by id, or by order.
 */
export class Conversation {
  readonly #byId = new Map<string, string>();
  readonly #withoutId: string[] = [];

  /** Notes a message of the client. */
  request(value: JsonValue): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const name = value['execute'] ?? value['exec-oob'];
    if (typeof name !== 'string' || this.#byId.size + this.#withoutId.length >= PENDING_MAX) return;
    const id = own(value, 'id');
    if (id === undefined) this.#withoutId.push(name);
    else this.#byId.set(stringifyJson(id), name);
  }

  /** Describes a message of the monitor. */
  passing(value: JsonValue, text: string): PassingMessage {
    const kind = kindOf(value);
    if (kind === 'greeting' || kind === 'event') return { kind, command: undefined, text };
    return { kind: 'reply', command: this.#answered(value as JsonObject), text };
  }

  #answered(reply: JsonObject): string | undefined {
    const id = own(reply, 'id');
    if (id === undefined) return this.#withoutId.shift();
    const key = stringifyJson(id);
    const name = this.#byId.get(key);
    this.#byId.delete(key);
    return name;
  }
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
