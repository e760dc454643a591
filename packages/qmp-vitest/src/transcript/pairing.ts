import { stringifyJson } from 'qmp-core/wire';
import type { MessageParts } from './message.ts';

/** A message of a conversation, taken apart. */
export interface PairedMessage {
  readonly direction: 'out' | 'in' | 'note';
  readonly connection: number;
  readonly parts: MessageParts;
}

/**
 * Finds the command that each reply answers: by id, or in order without ids.
 *
 * @returns For each message the index of its command; `undefined` for what isn't a reply, and for a reply
 *   whose command isn't there.
 */
export function pairReplies(messages: readonly PairedMessage[]): (number | undefined)[] {
  const conversations = new Map<number, Pending>();
  return messages.map(({ direction, connection, parts }, index) => {
    let pending = conversations.get(connection);
    if (pending === undefined) conversations.set(connection, (pending = new Pending()));
    if (direction === 'out' && parts.kind === 'command') pending.add(parts, index);
    const isReply = direction === 'in' && (parts.kind === 'return' || parts.kind === 'error');
    return isReply ? pending.take(parts) : undefined;
  });
}

/** Commands of one connection that wait for their reply, by their index. */
class Pending {
  readonly #byId = new Map<string, number>();
  readonly #withoutId: number[] = [];

  add({ id }: MessageParts, index: number): void {
    if (id === undefined) this.#withoutId.push(index);
    else this.#byId.set(stringifyJson(id), index);
  }

  take({ id }: MessageParts): number | undefined {
    if (id === undefined) return this.#withoutId.shift();
    const key = stringifyJson(id);
    const index = this.#byId.get(key);
    this.#byId.delete(key);
    return index;
  }
}
