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
import { MachineTarget, type CommandLine, type TargetConnection } from './machine-target.ts';

/** Turns of the event loop without output after which nothing more is coming. */
const QUIET_TURNS = 3;

/** Runs one case against the machine in memory, and gives what came as a recording has it. */
export async function drive(given: Case, commandLine: CommandLine, version: string): Promise<Received[]> {
  const target = new MachineTarget(version, commandLine);
  const connections = new Map<string, TargetConnection>();
  const received: Received[] = [];
  /** Connections that the client closed: what had come on them and was not read is lost. */
  const gone = new Set<string>();
  const buffers = new Map<string, string>();
  /** What has come and was not read yet: the recording's driver read only while it waited for silence. */
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
    const connection = target.connect(path, {
      received(data) {
        activity++;
        unread.push(() => {
          if (!gone.has(name)) read(name, data);
        });
      },
      closed() {
        activity++;
        unread.push(() => put({ after, conn: name, closed: 'eof' }));
        connections.delete(name);
      },
    });
    if (connection !== undefined) connections.set(name, connection);
  }

  function read(name: string, data: string): void {
    const lines = ((buffers.get(name) ?? '') + data).split('\r\n');
    buffers.set(name, lines.pop()!);
    for (const line of lines.map(fold)) {
      if (line.length <= LONG) put({ after, conn: name, line });
      else {
        const sha256 = createHash('sha256').update(line).digest('hex');
        put({ after, conn: name, line_head: line.slice(0, HEAD), len: line.length, sha256 });
      }
    }
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

  if (given.autoconnect !== false) connect('main');
  await settle(0);
  for (const [index, chunk] of given.chunks.entries()) {
    after = index;
    const name = chunk.conn ?? 'main';
    const connection = connections.get(name);
    if (chunk.ctl === 'connect') connect(name, chunk.path === undefined ? undefined : `@TMP@/${chunk.path}`);
    else if (chunk.ctl === 'shutdown_wr') connection?.end();
    else if (chunk.ctl === 'close') {
      connection?.close();
      connections.delete(name);
      gone.add(name);
    } else if (chunk.ctl === undefined) {
      const bytes = bytesOf(chunk);
      if (connection === undefined) put({ after, conn: name, closed: 'send_error' });
      else if (chunk.bytewise === true) for (const byte of bytes) connection.send(Buffer.of(byte));
      else connection.send(bytes);
    }
    // The machine's clock is moved on by as long as the recording waited for silence.
    if (chunk.nosettle !== true) await settle(chunk.ctl === 'wait' ? chunk.ms! : (chunk.idle_ms ?? IDLE));
  }
  const recorded = [...received];
  target.stop();
  return recorded;
}
