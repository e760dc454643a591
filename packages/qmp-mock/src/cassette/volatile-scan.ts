/** A part of a text that differs from run to run. */
export interface VolatilePart {
  /** Kind of the part. `dollar`: text that looks like a placeholder; `path`: a named directory. */
  readonly kind: 'dollar' | 'path' | 'tmp' | 'block' | 'port';
  readonly from: number;
  readonly to: number;
  /** Name of a directory. */
  readonly name?: string;
}

/** Directories to look for, each kind longest first. */
export interface VolatilePlaces {
  readonly named: readonly (readonly [name: string, path: string])[];
  /** Directories of temporary files. */
  readonly roots: readonly string[];
}

// Each is asked about one place: no text makes them look twice.
const DOLLAR = /\$(?=\{(?!redacted\}))/y;
const BLOCK = /#(?:block|chr|net|qdev)\d+/y;
const HOST = /(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(?=\d{5}\b)/y;
const FILE = /\/[^/\s'",:;<>{}()[\]]+/y;
const IN_A_NAME = /[\w.-]/;

/** Finds the volatile parts of a text, in order. Of a host and a port, only the port is volatile. */
export function* scanVolatile(text: string, places: VolatilePlaces): Generator<VolatilePart> {
  for (let at = 0; at < text.length;) {
    const part = partAt(text, at, places);
    if (part !== undefined) yield part;
    at = part?.to ?? at + 1;
  }
}

function partAt(text: string, at: number, { named, roots }: VolatilePlaces): VolatilePart | undefined {
  const dollar = endOf(DOLLAR, text, at);
  if (dollar !== undefined) return { kind: 'dollar', from: at, to: dollar };
  if (at === 0 || !IN_A_NAME.test(text[at - 1]!)) {
    for (const [name, path] of named) {
      const to = at + path.length;
      if (text.startsWith(path, at) && (to === text.length || !IN_A_NAME.test(text[to]!)))
        return { kind: 'path', from: at, to, name };
    }
  }
  for (const root of roots) {
    const to = text.startsWith(root, at) ? endOf(FILE, text, at + root.length) : undefined;
    if (to !== undefined) return { kind: 'tmp', from: at, to };
  }
  const block = endOf(BLOCK, text, at);
  if (block !== undefined) return { kind: 'block', from: at, to: block };
  const port = endOf(HOST, text, at);
  return port === undefined ? undefined : { kind: 'port', from: port, to: port + 5 };
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
