import { readRows } from '../../../scripts/conformance.mjs';

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
  readonly nl?: boolean;
  readonly bytewise?: boolean;
  readonly fds?: number;
  readonly ctl?: 'connect' | 'close' | 'shutdown_wr' | 'signal' | 'wait' | 'accept' | 'write_file';
  readonly conn?: string;
  readonly path?: string;
  readonly ms?: number;
  readonly idle_ms?: number;
  readonly nosettle?: boolean;
}

/** A case: a program with QEMU's command line, and what is sent to it. `@TMP@` stands for a directory of its own. */
export interface Case {
  readonly id: string;
  readonly category: string;
  readonly description: string;
  readonly args: readonly string[];
  readonly chunks: readonly Chunk[];
  readonly transport?: 'unix' | 'stdio' | 'listen';
  readonly autoconnect?: boolean;
}

/** One thing that came from the program: a line, its head where it is long, or the end of the connection. */
export interface Received {
  /** Which chunk it came after; -1: before the first. */
  readonly after: number;
  readonly conn: string;
  readonly line?: string;
  readonly line_head?: string;
  readonly len?: number;
  readonly sha256?: string;
  readonly closed?: string;
  readonly tail?: string;
  /** So many equal lines in a row. */
  readonly times?: number;
}

/** What a QEMU answered. */
export interface Recording {
  readonly id: string;
  readonly rx: readonly Received[];
  /** False where the same QEMU answered differently when asked again. */
  readonly stable: boolean;
}

/** The cases. */
export const cases: readonly Case[] = readRows<Case>(new URL('cases.jsonl', import.meta.url));

/** What QEMU of a version answered, by the id of the case. */
export function recordings(version: string): Map<string, Recording> {
  const rows = readRows<Recording>(new URL(`${version}.jsonl`, import.meta.url));
  return new Map(rows.map((row) => [row.id, row]));
}

/** The bytes of a chunk. */
export function bytesOf(chunk: Chunk): Buffer {
  const { text, b64, repeat, nl } = chunk;
  let bytes: Buffer;
  if (text !== undefined) bytes = Buffer.from(text);
  else if (b64 !== undefined) bytes = Buffer.from(b64, 'base64');
  else if (repeat === undefined) bytes = Buffer.alloc(0);
  else bytes = Buffer.from((repeat.pre ?? '') + repeat.unit.repeat(repeat.n) + (repeat.post ?? ''));
  return nl === true ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes;
}

/**
 * What came on each connection after each chunk, by `chunk connection`. How lines of different connections mingle does not
 * count, nor do times, process numbers and generated node names.
 */
export function exchanges(rx: readonly Received[]): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const { after, conn = 'main', ...entry } of rx) {
    const key = `${after} ${conn}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    if ('closed' in entry || 'send_error' in entry) {
      // Whether the end of a stream or a reset is seen depends on the kernel's timing.
      if (group.at(-1) !== 'closed') group.push('closed');
      continue;
    }
    const folded = entry.line === undefined ? entry : { ...entry, line: fold(entry.line) };
    group.push(folded);
  }
  return groups;
}

/** A line without what differs from run to run. */
export function fold(line: string): string {
  return line
    .replace(/("timestamp": *\{"seconds": *)\d+(, *"microseconds": *)\d+/g, '$10$20')
    .replace(/^(\s+"(?:micro)?seconds": )\d+(?=,?$)/, '$10')
    .replace(/("thread-id": *)\d+/g, '$1N')
    .replace(/("pid": *)\d+/g, '$1N')
    .replace(/#block\d+/g, '#blockN');
}
