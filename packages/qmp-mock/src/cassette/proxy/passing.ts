import { kindOf, stringifyJson, type JsonObject, type JsonValue } from 'qmp-core/wire';
import type { PassingMessage } from '../../mock/fault/fault-rule.ts';

/** Commands that have not been answered yet. More than this many are not kept track of. */
const PENDING_MAX = 10_000;

/** Tells what passes between a client and a real monitor: a reply's command is found by its id, or by its turn. */
export class Conversation {
  readonly #byId = new Map<string, string>();
  readonly #withoutId: string[] = [];

  /** The client sends something. */
  request(value: JsonValue): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const name = value['execute'] ?? value['exec-oob'];
    if (typeof name !== 'string' || this.#byId.size + this.#withoutId.length >= PENDING_MAX) return;
    const id = own(value, 'id');
    if (id === undefined) this.#withoutId.push(name);
    else this.#byId.set(stringifyJson(id), name);
  }

  /** The monitor sends something. */
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
