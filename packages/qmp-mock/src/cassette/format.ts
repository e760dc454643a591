import { parseJson, stringifyJson, type JsonObject, type JsonValue, type QmpGreeting } from 'qmp-core/wire';
import {
  CASSETTE_FORMAT,
  type Cassette,
  type CassetteHeader,
  type CassetteLine,
  type ShapeHashes,
} from './cassette.ts';
import { CassetteFormatError } from './errors.ts';

/**
 * Formats a cassette as JSON Lines, one message per line as it is on the wire, but without the parts that
 * differ from run to run.
 *
 * The same cassette always gives the same text.
 *
 * @example
 * await writeFile('stop.jsonl', printCassette(recorder.cassette()))
 */
export function printCassette(cassette: Omit<Cassette, 'file'>): string {
  const { header, shapes, lines } = cassette;
  const { qemu, schema, commandLine } = header;
  const texts = [
    printObject({
      cassette: header.cassette,
      qemu,
      schema,
      commandLine,
    }),
  ];
  if (Object.keys(shapes).length > 0) texts.push(printObject({ shapes }));
  for (const line of lines) texts.push(printLine(line));
  return `${texts.join('\n')}\n`;
}

/** Formats one message as a line, without the line end. */
export function printLine(line: CassetteLine): string {
  const { after } = line;
  switch (line.kind) {
    case 'greeting':
      return printObject({ after, QMP: line.greeting.QMP });
    case 'command':
      return printObject({
        after,
        [line.oob ? 'exec-oob' : 'execute']: line.name,
        arguments: line.args,
        id: line.label,
      });
    case 'reply':
      return printObject({
        after,
        return: line.result,
        error: line.error,
        id: line.label,
      });
    case 'event':
      return printObject({ after, event: line.name, data: line.data });
    default:
      return printObject({ after, end: line.by });
  }
}

function printObject(members: Readonly<Record<string, unknown>>): string {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return stringifyJson(Object.fromEntries(present));
}

/**
 * Reads a cassette. Empty lines and lines that begin with `#` are remarks.
 *
 * @param file - Its path, for messages.
 * @throws CassetteFormatError with the line that is wrong.
 *
 * @example
 * const { header, lines } = parseCassette(await readFile('stop.jsonl', 'utf8'), 'stop.jsonl')
 */
export function parseCassette(text: string, file?: string): Cassette {
  const reader = new Reader(file);
  text.split('\n').forEach((line, at) => reader.take(line.replace(/\r$/, ''), at + 1));
  return reader.finish();
}

/** Members that a line may have beside those that identify its kind. */
const ALLOWED: Readonly<Record<CassetteLine['kind'], readonly string[]>> = {
  greeting: ['QMP', 'after'],
  command: ['execute', 'exec-oob', 'arguments', 'id', 'after'],
  reply: ['return', 'error', 'id', 'after'],
  event: ['event', 'data', 'timestamp', 'after'],
  end: ['end', 'after'],
};

class Reader {
  readonly #file: string | undefined;
  readonly #lines: CassetteLine[] = [];
  #header: CassetteHeader | undefined;
  #shapes: ShapeHashes = {};
  #line = 0;
  /** Lines of commands whose reply has not come, and the labels that are open. */
  #open: { readonly label: number | undefined }[] = [];
  #ended = false;

  constructor(file: string | undefined) {
    this.#file = file;
  }

  take(text: string, line: number): void {
    this.#line = line;
    if (text.trim() === '' || text.startsWith('#')) return;
    const value = this.#parse(text);
    if (this.#header === undefined) this.#header = this.#readHeader(value);
    else if (this.#lines.length === 0 && Object.hasOwn(value, 'shapes'))
      this.#shapes = this.#readShapes(value);
    else this.#add(this.#readLine(value));
  }

  finish(): Cassette {
    if (this.#header === undefined) this.#fail('is empty: a cassette begins with a line {"cassette":1,…}');
    return { file: this.#file, header: this.#header, shapes: this.#shapes, lines: this.#lines };
  }

  #fail(what: string, cause?: unknown): never {
    const line = Math.max(1, this.#line);
    const message = `${this.#file ?? 'cassette'}:${line} ${what}`;
    throw new CassetteFormatError(message, cause === undefined ? { line } : { line, cause });
  }

  #parse(text: string): JsonObject {
    let value: JsonValue;
    try {
      value = parseJson(text);
    } catch (error) {
      this.#fail(`is not JSON: ${(error as Error).message}`, error);
    }
    if (!isObject(value)) this.#fail('is not a JSON object');
    return value;
  }

  #readHeader(value: JsonObject): CassetteHeader {
    const { cassette, qemu, schema, commandLine } = value;
    if (typeof cassette !== 'number') {
      this.#fail('does not begin a cassette: the first line has to be {"cassette":1,…}');
    }
    if (cassette > CASSETTE_FORMAT) {
      this.#fail(
        `is of format ${cassette}; this version of qmp-mock reads formats up to ${CASSETTE_FORMAT}. Use a newer version, or record again`,
      );
    }
    if (qemu !== undefined && typeof qemu !== 'string')
      this.#fail('has a member "qemu" that is not a string');
    if (schema !== undefined && typeof schema !== 'string')
      this.#fail('has a member "schema" that is not a string');
    if (commandLine !== undefined && !isStrings(commandLine)) {
      this.#fail('has a member "commandLine" that is not an array of strings');
    }
    return { cassette, qemu, schema, commandLine };
  }

  #readShapes({ shapes }: JsonObject): ShapeHashes {
    if (!isObject(shapes) || !isStrings(Object.values(shapes))) {
      this.#fail('has a member "shapes" that is not an object of strings');
    }
    return shapes as Record<string, string>;
  }

  #readLine(value: JsonObject): CassetteLine {
    const line = this.#line;
    const after = this.#number(value, 'after');
    const own = (member: string): JsonValue | undefined =>
      Object.hasOwn(value, member) ? value[member] : undefined;
    if (own('QMP') !== undefined) {
      this.#assertMembers(value, 'greeting');
      const qmp = own('QMP');
      if (!isObject(qmp) || !isObject(qmp['version']) || !isObject(qmp['version']['qemu'])) {
        this.#fail('is a greeting without a version');
      }
      return { kind: 'greeting', line, after, greeting: value as unknown as QmpGreeting };
    }
    if (own('execute') !== undefined || own('exec-oob') !== undefined) {
      this.#assertMembers(value, 'command');
      const name = own('execute') ?? own('exec-oob');
      const args = own('arguments');
      if (typeof name !== 'string') this.#fail('is a command whose name is not a string');
      if (args !== undefined && !isObject(args)) this.#fail(`has arguments that are not an object`);
      const oob = own('execute') === undefined;
      return { kind: 'command', line, after, name, oob, args, label: this.#number(value, 'id') };
    }
    if (own('return') !== undefined || own('error') !== undefined) {
      this.#assertMembers(value, 'reply');
      const error = own('error');
      if (
        error !== undefined &&
        (!isObject(error) || !isStrings([error['class'] ?? 0, error['desc'] ?? 0]))
      ) {
        this.#fail('is an error without "class" and "desc"');
      }
      const shown = error as { class: string; desc: string } | undefined;
      const label = this.#number(value, 'id');
      return { kind: 'reply', line, after, result: own('return'), error: shown, label };
    }
    if (own('event') !== undefined) {
      this.#assertMembers(value, 'event');
      const name = own('event');
      if (typeof name !== 'string') this.#fail('is an event whose name is not a string');
      return { kind: 'event', line, after, name, data: own('data') };
    }
    const by = own('end');
    if (by === undefined) {
      this.#fail('is not a message: it has none of QMP, execute, exec-oob, return, error, event, end');
    }
    this.#assertMembers(value, 'end');
    if (by !== 'client' && by !== 'monitor')
      this.#fail('has an "end" that is neither "client" nor "monitor"');
    return { kind: 'end', line, after, by };
  }

  /** Adds a line, and checks the order: a reply needs a command, and nothing comes after the end. */
  #add(line: CassetteLine): void {
    if (line.kind === 'greeting') {
      this.#open = [];
      this.#ended = false;
    } else if (this.#ended) {
      this.#fail('comes after the end of its conversation');
    } else if (line.kind === 'command') {
      this.#open.push({ label: line.label });
    } else if (line.kind === 'reply') {
      const at = this.#open.findIndex(({ label }) => label === line.label);
      if (at < 0) {
        this.#fail(
          line.label === undefined
            ? 'is a reply, but no command before it waits for one'
            : `is a reply with id ${line.label}, but no command before it has that id and waits for one`,
        );
      }
      this.#open.splice(at, 1);
    } else if (line.kind === 'end') {
      this.#ended = true;
    }
    this.#lines.push(line);
  }

  #number(value: JsonObject, member: string): number | undefined {
    if (!Object.hasOwn(value, member)) return undefined;
    const number = value[member];
    if (typeof number !== 'number' || number < 0)
      this.#fail(`has a member "${member}" that is not a number from 0`);
    return number;
  }

  #assertMembers(value: JsonObject, kind: CassetteLine['kind']): void {
    const odd = Object.keys(value).find((member) => !ALLOWED[kind].includes(member));
    if (odd !== undefined) this.#fail(`has a member ${JSON.stringify(odd)}, which a ${kind} doesn't have`);
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}
