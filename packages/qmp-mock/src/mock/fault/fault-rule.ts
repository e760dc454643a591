import type { Clock } from '../../engine/clock.ts';

/** A message on its way to a client, as faults see it. */
export interface PassingMessage {
  readonly kind: 'greeting' | 'reply' | 'event';
  /** The command that a reply answers, if known. */
  readonly command: string | undefined;
  /** Its text, without the line end behind it. */
  readonly text: string;
}

/** The connection that a message passes on, as faults use it. */
export interface FaultLine {
  readonly clock: Clock;
  /** Writes bytes in the message's place. */
  write(bytes: Uint8Array): void;
  /** Writes bytes in the message's place, held back for `ms` milliseconds. Later output stays behind them. */
  writeLate(bytes: Uint8Array, ms: number): void;
  /** Ends the connection, once what was written has been sent. */
  close(): void;
  /** Ends it at once, by a reset if the transport has one. */
  reset(): void;
}

/** Selects the messages that a fault strikes. */
export interface FaultTarget {
  /** Strike only replies to this command. Default: the next reply, whatever it answers. */
  command?: string | undefined;
  /** Number of times to strike. Default 1; `Infinity` strikes until the fault is cleared. */
  times?: number | undefined;
  /** Strike only on the connection with this number. Default: all connections. */
  connection?: number | undefined;
}

/** A fault that was set. */
export interface FaultHandle {
  /** Number of times that it has struck. */
  readonly fired: number;
  /** Removes the fault. */
  clear(): void;
}

/** A fault that strikes a message. */
export interface FaultRule {
  /** Name of the fault in the journal. */
  readonly name: string;
  readonly connection: number | undefined;
  /** Number of times that it may still strike. */
  left: number;
  fired: number;
  strikes(message: PassingMessage): boolean;
  apply(message: PassingMessage, line: FaultLine): void;
}

/** A message's bytes, with the line end behind it. */
export function bytesOf(message: PassingMessage): Buffer {
  return Buffer.from(`${message.text}\r\n`);
}
