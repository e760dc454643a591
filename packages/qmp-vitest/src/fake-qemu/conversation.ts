import type { ReceivedCommand } from 'qmp-mock';
import type { JsonObject } from 'qmp-core/wire';
import type { TranscriptEntry } from '../transcript/entry.ts';

/** A message between a monitor and a client. */
export interface SaidMessage {
  /** Direction as the client sees it. */
  readonly direction: 'out' | 'in';
  /** Number of the conversation, from 1: each greeting begins one. */
  readonly connection: number;
  readonly message: JsonObject;
  /** The message as compact JSON. */
  readonly text: string;
  /** Time on `performance.now` at which it was seen, in ms, if known. */
  readonly at?: number | undefined;
}

/** The commands among messages, handshake aside. */
export function commandsIn(messages: readonly SaidMessage[]): readonly ReceivedCommand[] {
  return messages.flatMap(({ direction, message, connection }) => {
    const execute = message['execute'] ?? message['exec-oob'];
    if (direction !== 'out' || typeof execute !== 'string' || execute === 'qmp_capabilities') return [];
    const oob = Object.hasOwn(message, 'exec-oob');
    const command = { execute, arguments: message['arguments'], id: message['id'], oob, connection };
    return [{ ...command, request: message } as unknown as ReceivedCommand];
  });
}

/**
 * Messages as entries of a transcript.
 *
 * @param began - Time on `performance.now` that their times count from, in ms.
 */
export function entriesOf(messages: readonly SaidMessage[], began: number): readonly TranscriptEntry[] {
  return messages.map(({ direction, text, connection, at }) => ({
    at: at === undefined ? undefined : at - began,
    direction,
    text,
    connection,
  }));
}
