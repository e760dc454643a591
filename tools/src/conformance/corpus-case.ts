/**
 * The corpus: programs with QEMU's command line, a process for each case, and what each version answered. The
 * recorder writes it, and the tests hold the mock against it.
 */

/** One step of a case: bytes to send, or something to do to a connection. */
export interface Chunk {
  readonly text?: string;
  readonly b64?: string;
  readonly repeat?: {
    readonly pre?: string;
    readonly unit: string;
    readonly n: number;
    readonly post?: string;
  };
  /** Whether a line feed comes behind it. */
  readonly nl?: boolean;
  readonly bytewise?: boolean;
  /** Between two bytes. */
  readonly delay_ms?: number;
  readonly fds?: number;
  readonly ctl?: 'connect' | 'close' | 'shutdown_wr' | 'signal' | 'wait' | 'accept' | 'write_file';
  readonly conn?: string;
  readonly path?: string;
  readonly ms?: number;
  readonly signal?: NodeJS.Signals;
  readonly size?: number;
  readonly timeout_s?: number;
  /** How long the silence behind it has to be. */
  readonly idle_ms?: number;
  readonly min_lines?: number;
  readonly nosettle?: boolean;
}

/**
 * A case: a program with QEMU's command line, and what is sent to it. `@TMP@` stands for a directory of its
 * own.
 */
export interface Case {
  readonly id: string;
  readonly category: string;
  readonly description: string;
  readonly args: readonly string[];
  readonly chunks: readonly Chunk[];
  readonly transport?: 'unix' | 'stdio' | 'listen';
  readonly autoconnect?: boolean;
  readonly idle_ms?: number;
  /** Parts of its answers that differ in each run of the same QEMU. */
  readonly varies?: Variation;
  /** Files in its directory: their sizes, or bytes (hexadecimal) by offset. */
  readonly files?: Readonly<Record<string, number | { size: number; at?: Readonly<Record<string, string>> }>>;
}

/**
 * Parts to leave out of a comparison, because they depend on the moment at which something reaches a QEMU.
 */
export interface Variation {
  /** Why, for people. */
  readonly why: string;
  /** Lines that have such a text in them come at any place among those of their exchange. */
  readonly floating?: readonly string[];
  /** Lines that have such a text in them come or do not. */
  readonly optional?: readonly string[];
  /** Connections of which it does not count what came. */
  readonly unheard?: readonly string[];
  /** Texts of which one stands as well as the other. */
  readonly either?: readonly (readonly string[])[];
  /** Members whose numbers are a little more or less: rounded to a multiple of so much. */
  readonly rounded?: Readonly<Record<string, number>>;
}

/** One thing that came from the program: a line, its head if it is long, or the end of the connection. */
export interface Received {
  /** Number of the chunk before it; -1: it came before the first. */
  readonly after: number;
  readonly conn: string;
  readonly line?: string;
  readonly line_head?: string;
  readonly len?: number;
  readonly sha256?: string;
  readonly closed?: string;
  readonly send_error?: string;
  readonly connect_failed?: string;
  readonly accept_failed?: string;
  readonly tail?: string;
  /** So many equal lines in a row. */
  readonly times?: number;
}

/** A QEMU's answers. */
export interface Recording {
  readonly id: string;
  readonly rx: readonly Received[];
  /** False if the same QEMU answered differently when asked again. */
  readonly stable: boolean;
}

/** Lines longer than this are recorded as head, length and hash. */
export const LONG = 8192;
/** Characters of a long line that are recorded. */
export const HEAD = 400;
/** How long the recording waits for silence after each chunk, in ms. */
export const IDLE = 150;

/** The bytes of a chunk; `@TMP@` in its text is the case's directory, if there is one. */
export function bytesOf({ text, b64, repeat, nl = false }: Chunk, directory?: string): Buffer {
  const end = nl ? '\n' : '';
  if (b64 !== undefined) return Buffer.concat([Buffer.from(b64, 'base64'), Buffer.from(end)]);
  const { pre = '', unit = '', n = 0, post = '' } = repeat ?? {};
  const given = text ?? pre + unit.repeat(n) + post;
  return Buffer.from((directory === undefined ? given : given.replaceAll('@TMP@', directory)) + end);
}

/**
 * Lines on each connection after each chunk, by `chunk connection`. The mingling of different connections
 * doesn't count; what else differs from run to run was folded when the lines came.
 */
export function exchanges(rx: readonly Received[] = [], varies?: Variation): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const { after, conn = 'main', ...entry } of steady(rx, varies)) {
    const key = `${after} ${conn}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    if ('closed' in entry || 'send_error' in entry) {
      // Whether the end of a stream or a reset is seen depends on the kernel's timing.
      if (group.at(-1) !== 'closed') group.push('closed');
      continue;
    }
    // In whose words it failed is the driver's matter.
    if ('connect_failed' in entry) group.push('connect failed');
    else group.push(entry);
  }
  return groups;
}

/** Lines without their varying parts. Floating lines stand behind the others of their exchange. */
export function steady(rx: readonly Received[], varies?: Variation): Received[] {
  const { floating = [], optional = [], unheard = [], either = [], rounded = {} } = varies ?? {};
  const has = ({ line = '' }: Received, texts: readonly string[]): boolean =>
    texts.some((text) => line.includes(text));
  const heard = rx.filter((entry) => !unheard.includes(entry.conn) && !has(entry, optional));
  const even = heard.map((entry) =>
    entry.line === undefined ? entry : { ...entry, line: choose(round(entry.line, rounded), either) },
  );
  const places = [...new Set(even.map(({ after, conn }) => `${after} ${conn}`))];
  return places.flatMap((place) => {
    const exchange = even.filter(({ after, conn }) => `${after} ${conn}` === place);
    return [
      ...exchange.filter((entry) => !has(entry, floating)),
      ...exchange.filter((entry) => has(entry, floating)),
    ];
  });
}

function round(line: string, rounded: Readonly<Record<string, number>>): string {
  return line.replace(/"([\w-]+)": *(\d+)/g, (member, name: string, value: string) => {
    const unit = Object.hasOwn(rounded, name) ? rounded[name] : undefined;
    return unit === undefined ? member : `"${name}": ${Math.round(Number(value) / unit) * unit}`;
  });
}

/** Puts the first of several texts in the place of the others. */
function choose(line: string, either: readonly (readonly string[])[]): string {
  return either.reduce(
    (text, [first = '', ...others]) => others.reduce((shown, other) => shown.replaceAll(other, first), text),
    line,
  );
}

/** A line as it came, without what differs from run to run: whoever takes lines in folds them. */
export function fold(line: string): string {
  return line
    .replace(/("timestamp": *\{"seconds": *)\d+(, *"microseconds": *)\d+/g, '$10$20')
    .replace(/^(\s+"(?:micro)?seconds": )\d+(?=,?$)/, '$10')
    .replace(/("thread-id": *)\d+/g, '$1N')
    .replace(/("pid": *)\d+/g, '$1N')
    .replace(/#block\d+/g, '#blockN');
}
