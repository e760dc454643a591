import type { JsonObject, JsonValue, QmpGreeting } from 'qmp-core/wire';

/** Version of the file format that this package writes, and the newest that it reads. */
export const CASSETTE_FORMAT = 1;

/** Head of a cassette: the recorded QEMU. */
export interface CassetteHeader {
  /** Version of the file format. */
  readonly cassette: number;
  /** QEMU's version, for example `10.0.13`; `undefined` without a greeting. */
  readonly qemu?: string | undefined;
  /** Hash of the whole introspection schema, `sha256:…`; `undefined` if the schema is unknown. */
  readonly schema?: string | undefined;
  /** QEMU's command line, the program's base name first, without volatile values. */
  readonly commandLine?: readonly string[] | undefined;
}

/**
 * The shapes of a conversation's commands and events, by name: short hashes of everything in the schema about
 * a command's arguments and return value, or about an event's data.
 */
export type ShapeHashes = Readonly<Record<string, string>>;

interface Line {
  /** Number of its line in the file, from 1. */
  readonly line: number;
  /** Milliseconds since the line before it, if recorded. */
  readonly after?: number | undefined;
}

/** A greeting: a conversation begins. */
export interface GreetingLine extends Line {
  readonly kind: 'greeting';
  readonly greeting: QmpGreeting;
}

/** A command. */
export interface CommandLine extends Line {
  readonly kind: 'command';
  readonly name: string;
  /** Whether it came by `exec-oob`. */
  readonly oob: boolean;
  /** Its arguments, with placeholders; `undefined` if it had none. */
  readonly args: JsonObject | undefined;
  /** Label that it shares with its reply. Set only if its reply isn't the next one. */
  readonly label?: number | undefined;
}

/** A reply. */
export interface ReplyLine extends Line {
  readonly kind: 'reply';
  /** The value of `return`; `undefined` if it is an error. */
  readonly result: JsonValue | undefined;
  /** The error; `undefined` if it is a success. */
  readonly error: { readonly class: string; readonly desc: string } | undefined;
  readonly label?: number | undefined;
}

/** An event. */
export interface EventLine extends Line {
  readonly kind: 'event';
  readonly name: string;
  readonly data: JsonValue | undefined;
}

/** The end of a conversation. Without this line the client ended it. */
export interface EndLine extends Line {
  readonly kind: 'end';
  /** The side that ended it. */
  readonly by: 'client' | 'monitor';
}

/** One message of a cassette. */
export type CassetteLine = GreetingLine | CommandLine | ReplyLine | EventLine | EndLine;

/** A recorded conversation, or several in sequence on one monitor. */
export interface Cassette {
  /** Path of its file, for messages; `undefined` without a file. */
  readonly file: string | undefined;
  readonly header: CassetteHeader;
  /** Shapes of its commands and events; empty if the schema is unknown. */
  readonly shapes: ShapeHashes;
  readonly lines: readonly CassetteLine[];
}

/** The place of a line, for messages about a cassette. */
export function placeOf(cassette: Pick<Cassette, 'file'>, line: number): string {
  return `${cassette.file ?? 'cassette'}:${line}`;
}
