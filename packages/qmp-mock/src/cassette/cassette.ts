import type { JsonObject, JsonValue, QmpGreeting } from 'qmp-core/wire';

/** Version of the file format that this package writes, and the newest that it reads. */
export const CASSETTE_FORMAT = 1;

/** What stands above the messages: what was recorded, and with what. */
export interface CassetteHeader {
  /** Version of the file format. */
  readonly cassette: number;
  /** QEMU's version, for example `10.0.13`; `undefined` where there was no greeting. */
  readonly qemu?: string | undefined;
  /** Hash of the whole introspection schema, `sha256:…`; `undefined` where it was not known. */
  readonly schema?: string | undefined;
  /** QEMU's command line, the program's base name first, without volatile values. */
  readonly commandLine?: readonly string[] | undefined;
}

/**
 * The shapes of what a conversation used, by name: short hashes of all that the schema says of a command's arguments and
 * return value, or of an event's data.
 */
export type ShapeHashes = Readonly<Record<string, string>>;

interface Line {
  /** Number of its line in the file, from 1. */
  readonly line: number;
  /** Milliseconds since the line before it, where that is kept. */
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
  /** Its arguments, with placeholders; `undefined` where it had none. */
  readonly args: JsonObject | undefined;
  /** Set only where its reply is not the next to come: then the reply has the same. */
  readonly label?: number | undefined;
}

/** A reply. */
export interface ReplyLine extends Line {
  readonly kind: 'reply';
  /** The value of `return`; `undefined` where it is an error. */
  readonly result: JsonValue | undefined;
  /** The error; `undefined` where it is none. */
  readonly error: { readonly class: string; readonly desc: string } | undefined;
  readonly label?: number | undefined;
}

/** An event. */
export interface EventLine extends Line {
  readonly kind: 'event';
  readonly name: string;
  readonly data: JsonValue | undefined;
}

/** The end of a conversation. Without one the client was the first to have enough. */
export interface EndLine extends Line {
  readonly kind: 'end';
  /** Who ended it. */
  readonly by: 'client' | 'monitor';
}

/** One message of a cassette. */
export type CassetteLine = GreetingLine | CommandLine | ReplyLine | EventLine | EndLine;

/** A recorded conversation, or several that followed each other on one monitor. */
export interface Cassette {
  /** Path of its file, for messages; `undefined` where it has none. */
  readonly file: string | undefined;
  readonly header: CassetteHeader;
  /** Shapes of the commands and events that occur; empty where no schema was known. */
  readonly shapes: ShapeHashes;
  readonly lines: readonly CassetteLine[];
}

/** `command {"argument":…}` or `EVENT {…}`, as messages about a cassette have it. */
export function placeOf(cassette: Pick<Cassette, 'file'>, line: number): string {
  return `${cassette.file ?? 'cassette'}:${line}`;
}
