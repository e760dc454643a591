import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import {
  bytesOf,
  fold,
  HEAD,
  IDLE,
  LONG,
  type Case,
  type Received,
} from '../../../../../tools/src/conformance/corpus-case.ts';
import type { Duplex } from 'node:stream';
import { MockTarget } from './mock-target.ts';

/** Turns of the event loop without output after which nothing more is coming. */
const QUIET_TURNS = 3;

/** How many more silences are waited through for lines that have to come. */
const PATIENCE = 20;

/** Runs one case against a mock that has its command line, and gives what came as a recording has it. */
export async function drive(given: Case, version: string): Promise<Received[]> {
  const target = new MockTarget(version, given);
  if (!target.starts) return [];
  const connections = new Map<string, Duplex>();
  const received: Received[] = [];
  /** Connections that the client closed: what had come on them and was not read is lost. */
  const gone = new Set<string>();
  const buffers = new Map<string, string>();
  /** Unread input: the recording's driver read only while it waited for silence. */
  const unread: (() => void)[] = [];
  let after = -1;
  let activity = 0;

  function put(entry: Received): void {
    const last = received.findLast(({ conn }) => conn === entry.conn);
    const { times = 1, ...plain } = last ?? { times: 0 };
    if (last !== undefined && entry.closed === undefined && JSON.stringify(plain) === JSON.stringify(entry)) {
      received[received.indexOf(last)] = { ...last, times: times + 1 };
    } else {
      received.push(entry);
    }
  }

  function connect(name: string, path?: string): void {
    const stream = target.connect(path);
    if (stream === undefined) return put({ after, conn: name, connect_failed: 'no' });
    connections.set(name, stream);
    stream.setEncoding('latin1');
    stream.on('error', () => {});
    stream.on('data', (data: string) => {
      activity++;
      unread.push(() => {
        if (!gone.has(name)) read(name, data);
      });
    });
    stream.once('end', () => {
      activity++;
      unread.push(() => {
        if (gone.has(name)) return;
        leave(name);
        put({ after, conn: name, closed: 'eof' });
      });
      connections.delete(name);
    });
  }

  function read(name: string, data: string): void {
    // A byte that is not ASCII (telnet's) is recorded as a lone surrogate.
    const text = data.replace(/[\u0080-\u00FF]/g, (byte) => String.fromCharCode(0xdc00 + byte.charCodeAt(0)));
    const lines = ((buffers.get(name) ?? '') + text).split('\r\n');
    buffers.set(name, lines.pop()!);
    for (const line of lines.map(fold)) {
      if (line.length <= LONG) put({ after, conn: name, line });
      else {
        const sha256 = createHash('sha256').update(line).digest('hex');
        put({ after, conn: name, line_head: line.slice(0, HEAD), len: line.length, sha256 });
      }
    }
  }

  const linesOn = (name: string): number =>
    received.reduce((sum, { conn, times = 1 }) => sum + (conn === name ? times : 0), 0);

  /** Writes down a line whose end has not come. */
  function leave(name: string): void {
    const tail = buffers.get(name) ?? '';
    if (tail !== '' && !gone.has(name)) put({ after, conn: name, tail: fold(tail) });
    buffers.delete(name);
  }

  async function settle(ms: number): Promise<void> {
    for (let quiet = 0, seen = activity; quiet < QUIET_TURNS; quiet++) {
      await turn();
      if (activity !== seen) quiet = 0;
      seen = activity;
    }
    for (const take of unread.splice(0)) take();
    if (ms === 0) return;
    target.clock.advance(ms);
    await settle(0);
  }

  await settle(0);
  if (given.autoconnect !== false) connect('main');
  await settle(0);
  for (const [index, chunk] of given.chunks.entries()) {
    after = index;
    const name = chunk.conn ?? 'main';
    const connection = connections.get(name);
    if (chunk.ctl === 'connect') connect(name, chunk.path === undefined ? undefined : `@TMP@/${chunk.path}`);
    else if (chunk.ctl === 'shutdown_wr') {
      // An end that comes with the last bytes is that of a client that hangs up.
      for (let turns = 0; turns < QUIET_TURNS; turns++) await turn();
      connection?.end();
    } else if (chunk.ctl === 'close') {
      connection?.destroy();
      connections.delete(name);
      gone.add(name);
    } else if (chunk.ctl === undefined) {
      const bytes = bytesOf(chunk);
      if (connection === undefined) put({ after, conn: name, closed: 'send_error' });
      else if (chunk.bytewise === true) for (const byte of bytes) connection.write(Buffer.of(byte));
      else connection.write(bytes);
    }
    // The machine's clock is moved on by as long as the recording waited for silence.
    if (chunk.nosettle === true) continue;
    const came = linesOn(name);
    await settle(chunk.ctl === 'wait' ? chunk.ms! : (chunk.idle_ms ?? IDLE));
    for (let more = 0; more < PATIENCE && linesOn(name) - came < (chunk.min_lines ?? 0); more++)
      await settle(IDLE);
  }
  for (const name of connections.keys()) leave(name);
  const recorded = [...received];
  await target.stop();
  return recorded;
}
