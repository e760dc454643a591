import { homedir, tmpdir } from 'node:os';
import { realpathSync } from 'node:fs';
import type { JsonObject, JsonValue } from 'qmp-core/wire';
import { meanings } from './placeholder-meaning.ts';
import { scanPlaceholders, type RecordedPart } from './placeholder-scan.ts';
import { scanVolatile, type VolatilePart } from './volatile-scan.ts';

/** Values that differ from run to run, beyond those that are known to. */
export interface VolatileOptions {
  /**
   * Directories whose paths differ from run to run or between machines, by names of your own: a path below
   * `paths.images` is written `${images}/…`. The working directory (`cwd`), the home directory (`home`) and
   * paths in the system's directory for temporary files (`tmp1`, `tmp2`, …) are always replaced.
   */
  readonly paths?: Readonly<Record<string, string>> | undefined;
  /**
   * Names of members of replies and events whose numbers are meaningless in another run; the numbers become
   * 0. Both parts of a timestamp, and `date-sec`, `date-nsec`, `vm-clock-sec` and `vm-clock-nsec` of a
   * snapshot always become 0.
   */
  readonly members?: readonly string[] | undefined;
}

/** First port that the system hands out: Linux's `ip_local_port_range` begins at 32 768. */
const FIRST_EPHEMERAL = 32_768;

/** Members whose numbers are about the time of the reply or event, or about the host. */
const ZEROED: readonly string[] = ['date-sec', 'date-nsec', 'vm-clock-sec', 'vm-clock-nsec'];
/** Members with numbers of processes and threads: it only matters which are equal. */
const COUNTED: readonly string[] = ['pid', 'thread-id'];
/** Members that hold a TCP port. */
const PORTS: readonly string[] = ['port', 'tls-port', 'service'];

/** A placeholder: `${tmp1}`, `${block2}`; with `int:` before the name it stands for a number. */
const PLACEHOLDER = /\$\{(?:int:)?([a-zA-Z]\w*)\}/g;

/** Roots of temporary files, longest first. */
function temporaryRoots(): string[] {
  const roots = new Set(['/tmp', '/var/tmp', tmpdir()]);
  for (const root of Array.from(roots)) {
    try {
      roots.add(realpathSync(root));
    } catch {
      // a system without it
    }
  }
  return [...roots].map((root) => root.replace(/(?<!\/)\/+$/, '')).toSorted((a, b) => b.length - a.length);
}

const ROOTS: readonly string[] = temporaryRoots();

/** The directories that have names. */
function namedPaths(options: VolatileOptions): [name: string, path: string][] {
  const named = Object.entries({ home: homedir(), cwd: process.cwd(), ...options.paths });
  return (
    named
      .map(([name, path]): [string, string] => [name, path.replace(/(?<!\/)\/+$/, '')])
      // A path in a directory of temporary files is temporary, even if that is the working directory.
      .filter(([, path]) => path !== '' && !ROOTS.includes(path))
      .toSorted(([, a], [, b]) => b.length - a.length)
  );
}

/**
 * Takes out of messages the parts that differ from run to run, numbered in the order of their occurrence: the
 * same conversation gives the same text.
 */
export class Volatile {
  readonly #members: ReadonlySet<string>;
  readonly #named: [name: string, path: string][];
  readonly #labels = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(options: VolatileOptions = {}) {
    this.#members = new Set([...ZEROED, ...(options.members ?? [])]);
    this.#named = namedPaths(options);
  }

  /** Replaces the volatile parts of a text. */
  text(text: string): string {
    let result = '';
    let end = 0;
    for (const part of scanVolatile(text, { named: this.#named, roots: ROOTS })) {
      result += text.slice(end, part.from) + this.#placeholder(part, text.slice(part.from, part.to));
      end = part.to;
    }
    return result + text.slice(end);
  }

  #placeholder({ kind, name }: VolatilePart, text: string): string {
    if (kind === 'dollar') return '$$';
    if (kind === 'path') return `\${${name}}`;
    return kind === 'port' && Number(text) < FIRST_EPHEMERAL ? text : this.#label(kind, text);
  }

  /** Replaces the volatile parts of a command's arguments: only texts are volatile there. */
  arguments(value: JsonObject): JsonObject {
    return this.#map(value, false) as JsonObject;
  }

  /** Replaces the volatile parts of the monitor's output. */
  output(value: JsonValue): JsonValue {
    return this.#map(value, true);
  }

  #map(value: JsonValue, output: boolean, member?: string): JsonValue {
    if (typeof value === 'string') return this.#string(value, member);
    if (typeof value === 'number') return this.#number(value, output, member);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((element) => this.#map(element, output, member));
    if (output && isTimestamp(value)) return { seconds: 0, microseconds: 0 };
    return mapMembers(value, (inner, key) => this.#map(inner, output, key));
  }

  #string(value: string, member: string | undefined): string {
    if (member !== undefined && PORTS.includes(member) && isEphemeral(value))
      return this.#label('port', value);
    return this.text(value);
  }

  #number(value: number, output: boolean, member: string | undefined): JsonValue {
    if (member === undefined) return value;
    if (PORTS.includes(member) && isEphemeral(value)) {
      return this.#label('port', String(value)).replace('{', '{int:');
    }
    if (!output) return value;
    if (this.#members.has(member)) return 0;
    if (COUNTED.includes(member) && value > 0) return this.#count(member, value);
    return value;
  }

  /** `${tmp1}` for the first temporary path, `${tmp2}` for the second, … */
  #label(kind: string, value: string): string {
    return `\${${kind}${this.#count(kind, value)}}`;
  }

  #count(kind: string, value: string | number): number {
    const key = `${kind} ${value}`;
    const known = this.#labels.get(key);
    if (known !== undefined) return Number(known);
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    this.#labels.set(key, String(count));
    return count;
  }
}

function isTimestamp(value: JsonObject): boolean {
  const { seconds, microseconds } = value;
  return typeof seconds === 'number' && typeof microseconds === 'number' && Object.keys(value).length === 2;
}

function isEphemeral(value: string | number): boolean {
  const port = typeof value === 'number' ? value : /^\d{5}$/.test(value) ? Number(value) : 0;
  return port >= FIRST_EPHEMERAL && port < 65_536;
}

/** Maps each member of an object. Members keep their order, and any name is safe. */
export function mapMembers(value: JsonObject, map: (inner: JsonValue, key: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(inner, key)]));
}

/** Meanings of a cassette's placeholders in this run. */
export class Bindings {
  readonly #values: Map<string, string>;

  constructor(options: VolatileOptions = {}, values?: ReadonlyMap<string, string>) {
    this.#values = new Map(values ?? namedPaths(options));
  }

  /** Makes an independent copy. */
  copy(): Bindings {
    return new Bindings({}, this.#values);
  }

  /** Takes over another's meanings. */
  learn(other: Bindings): void {
    for (const [name, value] of other.#values) this.#values.set(name, value);
  }

  /** Whether a text matches a recorded one. If so, new placeholders get their meanings. */
  matches(recorded: string, actual: string): boolean {
    const meaningOf = meanings(ROOTS);
    const parts: RecordedPart[] = [];
    let end = 0;
    for (const found of recorded.matchAll(PLACEHOLDER)) {
      if (isEscaped(recorded, found.index)) continue;
      const name = found[1]!;
      parts.push(unescape(recorded.slice(end, found.index)));
      end = found.index + found[0].length;
      const meaning = meaningOf(name);
      // Each redacted place may have held another secret.
      parts.push(this.#values.get(name) ?? { name: name === 'redacted' ? '' : name, meaning });
    }
    parts.push(unescape(recorded.slice(end)));
    const found = scanPlaceholders(parts, actual);
    if (found === undefined) return false;
    for (const [name, value] of found) this.#values.set(name, value);
    return true;
  }

  /**
   * Gives a recorded value as it is in this run. Meanings that no command has told are made up, the same each
   * time.
   */
  expand(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.#expandText(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((element) => this.expand(element));
    return mapMembers(value, (inner) => this.expand(inner));
  }

  #expandText(text: string): JsonValue {
    const whole = /^\$\{int:(\w+)\}$/.exec(text);
    if (whole !== null) return Number(this.#valueOf(whole[1]!));
    const expanded = text.replace(PLACEHOLDER, (found, name: string, at: number) =>
      isEscaped(text, at) ? found : this.#valueOf(name),
    );
    return unescape(expanded);
  }

  #valueOf(name: string): string {
    // It goes on matching anything.
    if (name === 'redacted') return '${redacted}';
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const made = madeUp(name);
    this.#values.set(name, made);
    return made;
  }
}

/** Makes up a meaning of the right kind. */
function madeUp(name: string): string {
  const number = Number(/(?<!\d)\d+$/.exec(name)?.[0] ?? 0);
  if (name.startsWith('tmp')) return `${tmpdir()}/qmp-cassette-${number}`;
  if (name.startsWith('block')) return `#block${1000 + number}`;
  if (name.startsWith('port')) return String(FIRST_EPHEMERAL + 16_384 + number);
  return name;
}

/** Whether a `${` is escaped: `$${` stands for `${` itself. */
function isEscaped(text: string, at: number): boolean {
  return text[at - 1] === '$';
}

function unescape(text: string): string {
  return text.replaceAll('$${', '${');
}
