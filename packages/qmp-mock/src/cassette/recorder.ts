import { basename } from 'node:path';
import { Redactor } from 'qmp-core/redact';
import {
  kindOf,
  parseJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
  type QmpGreeting,
} from 'qmp-core/wire';
import { CASSETTE_FORMAT, type Cassette, type CassetteLine } from './cassette.ts';
import { printCassette } from './format.ts';
import type { Redact } from './redact.ts';
import { schemaFrom, schemaHash, shapesOf, type SchemaSource } from './shapes.ts';
import { Volatile, type VolatileOptions } from './volatile.ts';

/** Precision of recorded times. */
export type CassetteTimes = 'coarse' | 'exact' | 'none';

/** Options of {@link CassetteRecorder}. */
export interface CassetteRecorderOptions extends VolatileOptions {
  /**
   * Times to record, each in ms since the line before. `coarse`: only waits of a second or more, rounded to
   * 1, 2 or 5 times a power of ten, so that two recordings are equal. `exact`: the time of each of the
   * monitor's messages. `none`: no times. Default `coarse`.
   */
  readonly times?: CassetteTimes | undefined;
  /**
   * Takes secrets out beyond those that are always taken out, such as passwords, the data of secret objects,
   * and cookies.
   */
  readonly redact?: Redact | undefined;
  /**
   * The schema of the recorded QEMU: the value that its `query-qmp-schema` returns. Default: the schema is
   * unknown, so the cassette can't be found stale.
   */
  readonly schema?: SchemaSource | undefined;
  /** Its command line, the program first. */
  readonly commandLine?: readonly string[] | undefined;
  /** Milliseconds on a clock that never goes back. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

/** A message as it passed. */
interface Passed {
  readonly at: number;
  readonly direction: 'out' | 'in' | 'end';
  readonly message: JsonObject;
}

/**
 * Records a conversation from a client's messages, as a cassette.
 *
 * @example
 * const recorder = new CassetteRecorder()
 * const client = await QmpClient.connect(path, { onMessage: recorder.record })
 * await client.execute('stop')
 * await writeFile('stop.jsonl', recorder.text())
 */
export class CassetteRecorder {
  readonly #options: CassetteRecorderOptions;
  readonly #now: () => number;
  readonly #passed: Passed[] = [];
  #sealed = false;

  constructor(options: CassetteRecorderOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? performance.now.bind(performance);
  }

  /**
   * Takes a message: `out` from the client, `in` from the monitor. Give it to a client as `onMessage`. The
   * message is written down at once, so later changes of the object don't show.
   */
  readonly record = (direction: 'out' | 'in', message: JsonObject): void => {
    if (this.#sealed) return;
    this.#passed.push({
      at: this.#now(),
      direction,
      message: parseJson(stringifyJson(message)) as JsonObject,
    });
  };

  /** Notes the end of the conversation. A greeting may begin the next one. */
  end(by: 'client' | 'monitor'): void {
    if (this.#sealed || this.#passed.at(-1)?.direction === 'end') return;
    this.#passed.push({ at: this.#now(), direction: 'end', message: { end: by } });
  }

  /**
   * Stops recording: later messages aren't part of the cassette. After `quit` the monitor is about to end the
   * conversation. That end is recorded even if it hasn't come yet, so that the recording is the same each
   * time.
   */
  seal(): void {
    const last = this.#passed.findLast(({ direction }) => direction === 'out');
    if (last?.message['execute'] === 'quit') this.end('monitor');
    this.#sealed = true;
  }

  /** Whether anything has been recorded, beyond a greeting. */
  get empty(): boolean {
    return !this.#passed.some(({ direction }) => direction === 'out');
  }

  /** Returns the recording so far as the text of a cassette. */
  text(): string {
    return printCassette(this.cassette());
  }

  /** Returns the recording so far as a cassette without a file. */
  cassette(): Cassette {
    const { schema: source, commandLine } = this.#options;
    const volatile = new Volatile(this.#options);
    const redactor = new Redactor();
    const shownLine = redactor.argv(commandLine ?? []);
    // A secret may be said by its name after it was said without it.
    for (const { message } of this.#passed) redactor.message(message);
    const lines = new Tidy(this.#options, volatile, redactor).lines(this.#passed);
    const greeting = lines.find((line) => line.kind === 'greeting')?.greeting;
    const schema = source === undefined ? undefined : schemaFrom(source, versionText(greeting) ?? 'unknown');
    const words = shownLine.map((word, at) => volatile.text(at === 0 ? basename(word) : word));
    const header = {
      cassette: CASSETTE_FORMAT,
      qemu: versionText(greeting),
      schema: schema === undefined ? undefined : schemaHash(schema),
      commandLine: commandLine === undefined ? undefined : words,
    };
    const shapes = schema === undefined ? {} : shapesOf(schema, lines);
    // Their numbers in the file: behind the header, and the shapes if there are any.
    const first = Object.keys(shapes).length > 0 ? 3 : 2;
    const numbered = lines.map((line, at) => ({ ...line, line: first + at }));
    return { file: undefined, header, shapes, lines: numbered };
  }
}

function versionText(greeting: QmpGreeting | undefined): string | undefined {
  const qemu = greeting?.QMP.version?.qemu;
  return qemu === undefined ? undefined : `${qemu.major}.${qemu.minor}.${qemu.micro}`;
}

/** A command without a reply yet. */
interface Waiting {
  readonly id: string | undefined;
  readonly oob: boolean;
  readonly request: Passed;
}

/**
 * Brings messages into the order and form of a cassette, which is the same for the same conversation:
 *
 * - a command stands where QEMU began to run it: commands run one after the other, so a command that was sent
 *   before the reply to the previous one stands behind that reply;
 * - a reply has an id only if its command isn't the next to be answered;
 * - negotiation, ids, timestamps and volatile values are left out.
 */
class Tidy {
  readonly #times: CassetteTimes;
  readonly #redactor: Redactor;
  readonly #ownRedact: Redact;
  readonly #volatile: Volatile;
  readonly #lines: CassetteLine[] = [];
  #waiting: Waiting[] = [];
  /** Commands that were sent but don't run yet. */
  #queue: Waiting[] = [];
  /** Running commands; `at` is their line, if they have one. */
  readonly #open: { readonly waiting: Waiting; readonly at: number | undefined }[] = [];
  #labels = 0;
  #last = 0;

  constructor(options: CassetteRecorderOptions, volatile: Volatile, redactor: Redactor) {
    this.#times = options.times ?? 'coarse';
    this.#redactor = redactor;
    this.#ownRedact = options.redact ?? ((message) => message);
    this.#volatile = volatile;
  }

  lines(passed: readonly Passed[]): CassetteLine[] {
    for (const one of passed) {
      if (one.direction === 'out') this.#sent(one);
      else if (one.direction === 'in') this.#came(one);
      else this.#ended(one);
      this.#last = one.at;
    }
    while (this.#queue.length > 0) this.#takeUp();
    return this.#lines;
  }

  #sent(request: Passed): void {
    const { message } = request;
    const oob = typeof message['exec-oob'] === 'string';
    const id = Object.hasOwn(message, 'id') ? stringifyJson(message['id']) : undefined;
    const waiting = { id, oob, request };
    this.#waiting.push(waiting);
    this.#queue.push(waiting);
    if (oob) this.#takeUp(waiting);
    else this.#takeUpIdle();
  }

  /** Starts the next in-band command if none is running: they run one after the other. */
  #takeUpIdle(): void {
    const next = this.#queue[0];
    if (next !== undefined && !this.#open.some(({ waiting }) => !waiting.oob)) this.#takeUp(next);
  }

  #takeUp(waiting: Waiting = this.#queue[0]!): void {
    this.#queue.splice(this.#queue.indexOf(waiting), 1);
    const { message } = waiting.request;
    const name = message['execute'] ?? message['exec-oob'];
    // The monitor answers negotiation, and everything that isn't a command, by itself.
    if (typeof name !== 'string' || name === 'qmp_capabilities') {
      this.#open.push({ waiting, at: undefined });
      return;
    }
    this.#open.push({ waiting, at: this.#lines.length });
    const shown = this.#shown(without(message, 'id'));
    const args = shown['arguments'];
    this.#lines.push({
      kind: 'command',
      line: 0,
      name,
      oob: waiting.oob,
      args: isObject(args) && Object.keys(args).length > 0 ? this.#volatile.arguments(args) : undefined,
    });
  }

  #came(one: Passed): void {
    const { message } = one;
    const kind = kindOf(message);
    if (kind === 'greeting') {
      this.#lines.push({ kind: 'greeting', line: 0, greeting: plainGreeting(message) });
    } else if (kind === 'event') {
      const { event, data } = this.#shown(message);
      const shown = data === undefined ? undefined : this.#volatile.output(data);
      this.#lines.push({
        kind: 'event',
        line: 0,
        after: this.#after(one),
        name: event as string,
        data: shown,
      });
    } else if (kind !== 'unknown') {
      this.#replied(one);
    }
  }

  #replied(one: Passed): void {
    const { message } = one;
    const id = Object.hasOwn(message, 'id') ? stringifyJson(message['id']) : undefined;
    const found = this.#waiting.find((waiting) => waiting.id === id);
    // A reply that no command waits for is QEMU's answer to input that it couldn't read.
    if (found === undefined) return;
    while (this.#queue.includes(found)) this.#takeUp();
    this.#waiting.splice(this.#waiting.indexOf(found), 1);
    const at = this.#open.findIndex(({ waiting }) => waiting === found);
    const [open] = this.#open.splice(at, 1);
    const line = open?.at === undefined ? undefined : this.#lines[open.at];
    if (line?.kind === 'command') {
      const overtakes = this.#open.slice(0, at).some((older) => older.at !== undefined);
      const label = overtakes ? ++this.#labels : undefined;
      if (overtakes) this.#lines[open!.at!] = { ...line, label };
      const shown = this.#shown(without(message, 'id'), found.request.message);
      const error = shown['error'];
      const result = shown['return'];
      this.#lines.push({
        kind: 'reply',
        line: 0,
        after: this.#after(one),
        result: result === undefined ? undefined : this.#volatile.output(result),
        error: isObject(error)
          ? (this.#volatile.output(error) as { class: string; desc: string })
          : undefined,
        label,
      });
    }
    this.#takeUpIdle();
  }

  #ended(one: Passed): void {
    while (this.#queue.length > 0) this.#takeUp();
    this.#lines.push({
      kind: 'end',
      line: 0,
      after: this.#after(one),
      by: one.message['end'] as 'client' | 'monitor',
    });
    this.#waiting = [];
    this.#open.length = 0;
  }

  #shown(message: JsonObject, request?: JsonObject): JsonObject {
    return this.#ownRedact(this.#redactor.message(message, request));
  }

  #after({ at }: Passed): number | undefined {
    const ms = Math.round(at - this.#last);
    if (this.#times === 'none' || ms <= 0) return undefined;
    return this.#times === 'exact' ? ms : coarse(ms);
  }
}

/**
 * Rounds a time to 1, 2 or 5 times a power of ten, and drops times below a second, so that the next run gives
 * the same.
 */
function coarse(ms: number): number | undefined {
  if (ms < 1000) return undefined;
  const power = 10 ** Math.floor(Math.log10(ms));
  const lead = ms / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

/** The greeting with its members in an order that does not depend on a hash. */
function plainGreeting(message: JsonObject): QmpGreeting {
  const { QMP } = message as unknown as QmpGreeting;
  const { qemu, package: packageName } = QMP.version;
  return {
    QMP: {
      version: {
        qemu: { major: qemu.major, minor: qemu.minor, micro: qemu.micro },
        package: packageName,
      },
      capabilities: QMP.capabilities,
    },
  };
}

function without(message: JsonObject, member: string): JsonObject {
  return Object.fromEntries(Object.entries(message).filter(([key]) => key !== member));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
