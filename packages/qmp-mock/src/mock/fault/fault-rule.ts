import type { Clock } from '../../engine/clock.ts';

/** A message on its way to a client, as faults see it. */
export interface PassingMessage {
  readonly kind: 'greeting' | 'reply' | 'event';
  /** The command that a reply answers, where it is known. */
  readonly command: string | undefined;
  /** Its text, without the line end behind it. */
  readonly text: string;
}

/** The connection that a message passes on, as faults use it. */
export interface FaultLine {
  readonly clock: Clock;
  /** Writes bytes in the message's place. */
  write(bytes: Uint8Array): void;
  /** Writes bytes in the message's place, which are held back for so many ms; what comes later stays behind them. */
  writeLate(bytes: Uint8Array, ms: number): void;
  /** Ends the connection, once what was written has been sent. */
  close(): void;
  /** Ends it at once, by a reset where the transport has one. */
  reset(): void;
}

/** Which messages a fault is for. */
export interface FaultTarget {
  /** Only replies to this command. Default: whichever comes next. */
  command?: string | undefined;
  /** How often, until it is over. Default 1; `Infinity` until it is cleared. */
  times?: number | undefined;
  /** Only on the connection of this number. Default: all. */
  connection?: number | undefined;
}

/** A fault that was set. */
export interface FaultHandle {
  /** How often it has struck. */
  readonly fired: number;
  /** Takes it away. */
  clear(): void;
}

/** A fault that strikes a message. */
export interface FaultRule {
  /** What it is called, for the journal. */
  readonly name: string;
  readonly connection: number | undefined;
  /** How often it may still strike. */
  left: number;
  fired: number;
  strikes(message: PassingMessage): boolean;
  apply(message: PassingMessage, line: FaultLine): void;
}

/** A message's bytes, with the line end behind it. */
export function bytesOf(message: PassingMessage): Buffer {
  return Buffer.from(`${message.text}\r\n`);
}
