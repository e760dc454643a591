import { printCompact, printPretty } from '../json/printer.ts';
import type { QValue } from '../json/value.ts';

/** The error of a reply. */
export interface ReplyError {
  /** QEMU's error class. */
  readonly class: string;
  /** Its words. */
  readonly desc: string;
  /** The thing that the mock does not model, if that is why: then the words are not QEMU's. */
  readonly notModelled?: string | undefined;
}

/** An event, as it goes out. */
export interface EventMessage {
  /** Name of the event. */
  readonly event: string;
  /** When it happened. */
  readonly timestamp: { readonly seconds: number; readonly microseconds: number };
  /** What it says; absent where it says nothing. */
  readonly data?: unknown;
}

/** One message on its way out. `text` is what goes on the wire, without the line end behind it. */
export type OutgoingMessage =
  | { readonly kind: 'greeting'; readonly text: string; readonly message: unknown }
  | {
      readonly kind: 'reply';
      readonly text: string;
      /** The command that is answered; `undefined` where the request did not get as far as to name one. */
      readonly command: string | undefined;
      /** The request's id, `undefined` where it had none. */
      readonly id: QValue | undefined;
      /** Whether it answers an `exec-oob`. */
      readonly oob: boolean;
      /** What the command gave. */
      readonly result?: unknown;
      /** Why it was refused. */
      readonly error?: ReplyError | undefined;
    }
  | { readonly kind: 'event'; readonly text: string; readonly event: EventMessage };

/** Ends every message. */
export const LINE_END = '\r\n';

/** The text of a reply. In compact form the places of its members are known (`member-order.ts` gives the same). */
export function printReturn(result: unknown, id: QValue | undefined, pretty: boolean): string {
  if (pretty) return printPretty(id === undefined ? { return: result } : { return: result, id });
  if (id === undefined) return `{"return": ${printCompact(result)}}`;
  return `{"return": ${printCompact(result)}, "id": ${printCompact(id)}}`;
}

/** The text of an error reply. */
export function printError(error: ReplyError, id: QValue | undefined, pretty: boolean): string {
  const shown = { class: error.class, desc: error.desc };
  if (pretty) return printPretty(id === undefined ? { error: shown } : { id, error: shown });
  return id === undefined
    ? `{"error": ${printCompact(shown)}}`
    : `{"id": ${printCompact(id)}, "error": ${printCompact(shown)}}`;
}

/** An event that is printed once for all the monitors that send it. */
export class PrintedEvent implements EventMessage {
  readonly event: string;
  readonly timestamp: { readonly seconds: number; readonly microseconds: number };
  readonly data?: unknown;
  #compact: string | undefined;
  #pretty: string | undefined;

  /**
   * @param data - What the event says; `undefined` for nothing.
   * @param time - When it happened, in µs since the epoch.
   */
  constructor(event: string, data: unknown, time: number) {
    this.event = event;
    const seconds = Math.floor(time / 1e6);
    this.timestamp = { seconds, microseconds: Math.floor(time - seconds * 1e6) };
    if (data !== undefined) this.data = data;
  }

  /** Its text in one of the two forms. */
  text(pretty: boolean): string {
    return pretty ? (this.#pretty ??= printEvent(this, true)) : (this.#compact ??= printEvent(this, false));
  }
}

/** The text of an event. */
export function printEvent(message: EventMessage, pretty: boolean): string {
  const { event, timestamp, data } = message;
  return (pretty ? printPretty : printCompact)({ event, data, timestamp });
}
