import { printCompact, printPretty } from '../json/printer.ts';
import type { QValue } from '../json/value.ts';

/** The error of a reply. */
export interface ReplyError {
  /** QEMU's error class. */
  readonly class: string;
  /** QEMU's description. */
  readonly desc: string;
  /** The thing that the mock doesn't model, if that is the reason. Then the words aren't QEMU's. */
  readonly notModelled?: string | undefined;
}

/** An event to be sent. */
export interface EventMessage {
  /** Name of the event. */
  readonly event: string;
  /** Time of the event. */
  readonly timestamp: { readonly seconds: number; readonly microseconds: number };
  /** Its data; absent for an event without data. */
  readonly data?: unknown;
}

/** One message to be sent. `text` is its form on the wire, without the line end. */
export type OutgoingMessage =
  | { readonly kind: 'greeting'; readonly text: string; readonly message: unknown }
  | {
      readonly kind: 'reply';
      readonly text: string;
      /** The answered command; `undefined` if the request didn't name one. */
      readonly command: string | undefined;
      /** The request's id; `undefined` if it had none. */
      readonly id: QValue | undefined;
      /** Whether it answers an `exec-oob`. */
      readonly oob: boolean;
      /** The command's result. */
      readonly result?: unknown;
      /** The reason of the refusal. */
      readonly error?: ReplyError | undefined;
    }
  | { readonly kind: 'event'; readonly text: string; readonly event: EventMessage };

/** Line end of every message. */
export const LINE_END = '\r\n';

/** Prints a reply. In compact form the places of its members are known (`member-order.ts` gives the same). */
export function printReturn(result: unknown, id: QValue | undefined, pretty: boolean): string {
  if (pretty) return printPretty(id === undefined ? { return: result } : { return: result, id });
  if (id === undefined) return `{"return": ${printCompact(result)}}`;
  return `{"return": ${printCompact(result)}, "id": ${printCompact(id)}}`;
}

/** Prints an error reply. */
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
   * @param data - The event's data; `undefined` for an event without data.
   * @param time - Time of the event, in µs since the epoch.
   */
  constructor(event: string, data: unknown, time: number) {
    this.event = event;
    const seconds = Math.floor(time / 1e6);
    this.timestamp = { seconds, microseconds: Math.floor(time - seconds * 1e6) };
    if (data !== undefined) this.data = data;
  }

  /** Gives its text in one of the two forms. */
  text(pretty: boolean): string {
    return pretty ? (this.#pretty ??= printEvent(this, true)) : (this.#compact ??= printEvent(this, false));
  }
}

/** Prints an event. */
export function printEvent(message: EventMessage, pretty: boolean): string {
  const { event, timestamp, data } = message;
  return (pretty ? printPretty : printCompact)({ event, data, timestamp });
}
