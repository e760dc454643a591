/**
 * Runs a case of the corpus against a program that takes QEMU's command line, and writes down what it answers. The format of a case and of
 * what is written down is in `test/conformance/corpus/case.ts`.
 */
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const LONG = 8192;
const HEAD = 400;
/** How long a program may take to be reached, in ms. */
const REACH = 10_000;
const IDLE = 150;
const SETTLE = 10_000;
/** How much longer a run waits for what is known to come, in ms. */
const PATIENCE = 2000;
/** How long a program that has closed a connection may take to end, in ms. */
const EXIT = 500;

/** Why a case cannot be run by this driver: Node cannot pass descriptors. */
export function unsupported({ chunks }) {
  return chunks.some(({ fds }) => fds !== undefined) ? 'passes descriptors' : undefined;
}

/** The bytes of a chunk; `@TMP@` in its text is the case's directory. */
function payload({ text, b64, repeat, nl }, directory) {
  let bytes;
  if (text !== undefined) bytes = Buffer.from(text.replaceAll('@TMP@', directory));
  else if (b64 !== undefined) bytes = Buffer.from(b64, 'base64');
  else bytes = Buffer.from((repeat.pre ?? '') + repeat.unit.repeat(repeat.n) + (repeat.post ?? ''));
  return nl ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes;
}

/** One connection of a case. What comes is kept until the run looks at it, as a driver with `select` would. */
class Client {
  name;
  buffer = '';
  unread = [];
  open = true;
  lines = 0;
  #readable;
  #writable;
  #onActivity;

  constructor(name, readable, writable, onActivity) {
    this.name = name;
    this.#readable = readable;
    this.#writable = writable;
    this.#onActivity = onActivity;
    readable.setEncoding('latin1');
    readable.on('data', (text) => {
      this.unread.push(text);
      onActivity();
    });
    for (const stream of new Set([readable, writable])) stream.on('error', () => {});
    const ended = () => {
      if (this.unread.at(-1) !== undefined) this.unread.push(undefined);
      else if (this.unread.length === 0) this.unread.push(undefined);
      onActivity();
    };
    readable.once('close', ended);
  }

  send(bytes) {
    this.#writable.write(bytes);
  }

  async drained() {
    const until = Date.now() + 120_000;
    while (this.#writable.writableLength > 0 && !this.#writable.destroyed && Date.now() < until) {
      this.#onActivity();
      await delay(1);
    }
  }

  shutdown() {
    this.#writable.end();
  }

  close() {
    this.#readable.destroy();
    this.#writable.destroy();
    this.open = false;
  }
}

/** A case that is being run. */
class Run {
  #given;
  #expected;
  #directory;
  #process;
  #exited;
  #listener;
  #accepted = [];
  #clients = new Map();
  #rx = [];
  #last = new Map();
  #after = -1;
  #activity = 0;

  constructor(given, expected) {
    this.#given = given;
    this.#expected = expected;
  }

  #fold(line) {
    return line
      .replace(/("timestamp": *\{"seconds": *)\d+(, *"microseconds": *)\d+/g, '$10$20')
      .replace(/^(\s+"(?:micro)?seconds": )\d+(?=,?$)/, '$10')
      .replace(/("thread-id": *)\d{3,}/g, '$10')
      .replaceAll(this.#directory, '@TMP@');
  }

  #put(client, what) {
    const entry = { after: this.#after, conn: client.name, ...what };
    const last = this.#last.get(client.name);
    if (last !== undefined && !('closed' in what)) {
      const { times = 1, ...plain } = last;
      if (JSON.stringify(plain) === JSON.stringify(entry)) {
        last.times = times + 1;
        return;
      }
    }
    this.#last.set(client.name, entry);
    this.#rx.push(entry);
  }

  /** Looks at everything that has come. */
  #read() {
    for (const client of this.#clients.values()) {
      for (const text of client.unread.splice(0)) {
        if (!client.open) continue;
        if (text === undefined) {
          if (client.buffer !== '') this.#put(client, { tail: this.#fold(client.buffer) });
          client.buffer = '';
          client.open = false;
          this.#put(client, { closed: 'eof' });
          continue;
        }
        const lines = (client.buffer + text).split('\n');
        client.buffer = lines.pop();
        for (const raw of lines) {
          client.lines++;
          // A byte that is not ASCII (telnet's) is written as the lone surrogate that Python's surrogateescape gives.
          const ascii = raw.replace(/[\u0080-\u00FF]/g, (byte) =>
            String.fromCharCode(0xdc00 + byte.charCodeAt(0)),
          );
          const line = this.#fold(ascii.replace(/\r$/, ''));
          if (line.length <= LONG) this.#put(client, { line });
          else {
            const sha256 = createHash('sha256').update(line).digest('hex');
            this.#put(client, { line_head: line.slice(0, HEAD), len: line.length, sha256 });
          }
        }
      }
    }
  }

  /** Waits until nothing has come for a while. */
  async #settle({ idle = this.#given.idle_ms ?? IDLE, client, lines = 0, timeout = SETTLE } = {}) {
    const until = Date.now() + timeout;
    const before = client?.lines ?? 0;
    let seen = this.#activity;
    let last = Date.now();
    const patience = Date.now() + PATIENCE;
    while (Date.now() < until) {
      await delay(5);
      if (this.#activity !== seen) {
        seen = this.#activity;
        last = Date.now();
      }
      this.#read();
      if (client?.open && client.lines - before < lines) continue;
      if (Date.now() < patience && this.#awaited()) continue;
      if (Date.now() - last >= idle) return;
      if (![...this.#clients.values()].some(({ open: isOpen }) => isOpen)) return;
    }
  }

  /** Whether more is known to come after this chunk. */
  #awaited() {
    for (const { name, open: isOpen } of this.#clients.values()) {
      const wanted = this.#expected?.get(`${this.#after} ${name}`) ?? 0;
      const got = this.#rx.filter(({ after, conn }) => after === this.#after && conn === name);
      if (isOpen && count(got) < wanted) return true;
    }
    return false;
  }

  #add(name, readable, writable) {
    const client = new Client(name, readable, writable, () => this.#activity++);
    this.#clients.set(name, client);
    return client;
  }

  async #connect(name, path, timeout = REACH) {
    const until = Date.now() + timeout;
    for (;;) {
      const socket = connect(join(this.#directory, path));
      const connected = await new Promise((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      if (connected) return this.#add(name, socket, socket);
      if (Date.now() > until || this.#process.exitCode !== null) return undefined;
      await delay(3);
    }
  }

  async #accept(name, timeout = REACH) {
    const until = Date.now() + timeout;
    while (this.#accepted.length === 0) {
      if (Date.now() > until) return undefined;
      await delay(3);
    }
    const socket = this.#accepted.shift();
    return this.#add(name, socket, socket);
  }

  async #control({
    ctl,
    conn: name = 'main',
    path = 'qmp.sock',
    ms,
    signal,
    size = 0,
    timeout_s: seconds = 5,
  }) {
    const client = this.#clients.get(name);
    if (ctl === 'connect' || ctl === 'accept') {
      const made = await (ctl === 'connect'
        ? this.#connect(name, path, seconds * 1000)
        : this.#accept(name, seconds * 1000));
      if (made === undefined) this.#rx.push({ after: this.#after, conn: name, [`${ctl}_failed`]: 'no' });
    } else if (ctl === 'close') client?.close();
    else if (ctl === 'shutdown_wr') client?.shutdown();
    else if (ctl === 'signal') this.#process.kill(signal);
    else if (ctl === 'wait') await this.#settle({ idle: ms, timeout: ms });
    else if (ctl === 'write_file') {
      const file = await open(join(this.#directory, path), 'w');
      await file.truncate(size);
      await file.close();
    }
  }

  async #prepare() {
    this.#directory = await mkdtemp(join(tmpdir(), 'qmp-case-'));
    for (const [name, spec] of Object.entries(this.#given.files ?? {})) {
      const { size, at = {} } = typeof spec === 'number' ? { size: spec } : spec;
      const file = await open(join(this.#directory, name), 'w');
      await file.truncate(size);
      for (const [offset, hex] of Object.entries(at))
        await file.write(Buffer.from(hex, 'hex'), 0, hex.length / 2, Number(offset));
      await file.close();
    }
    if (this.#given.transport === 'listen') {
      this.#listener = createServer({ allowHalfOpen: true }, (socket) => this.#accepted.push(socket));
      await new Promise((resolve) => this.#listener.listen(join(this.#directory, 'qmp.sock'), resolve));
    }
  }

  #start(program) {
    const stdio = this.#given.transport === 'stdio' ? 'pipe' : 'ignore';
    const args = this.#given.args.map((arg) => arg.replaceAll('@TMP@', this.#directory));
    this.#process = spawn(program, args, { cwd: this.#directory, stdio: [stdio, stdio, 'ignore'] });
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', resolve);
      this.#process.once('error', resolve);
    });
  }

  /** The connection `main`, or `null` where the case has none at the start, or `undefined` where there is no way. */
  async #first() {
    if (this.#given.transport === 'stdio')
      return this.#add('main', this.#process.stdout, this.#process.stdin);
    if (this.#given.transport === 'listen') return this.#accept('main');
    if (this.#given.autoconnect !== false) return this.#connect('main', 'qmp.sock');
    await delay(100);
    return null;
  }

  async #chunk(chunk) {
    const name = chunk.conn ?? 'main';
    if (chunk.ctl !== undefined) {
      await this.#control(chunk);
    } else {
      const client = this.#clients.get(name);
      if (!client?.open) this.#rx.push({ after: this.#after, conn: name, send_error: 'no connection' });
      else {
        const bytes = payload(chunk, this.#directory);
        if (chunk.bytewise) {
          for (const byte of bytes) {
            client.send(Buffer.of(byte));
            await delay(chunk.delay_ms ?? 0);
          }
        } else client.send(bytes);
        await client.drained();
      }
    }
    if (chunk.nosettle) return;
    await this.#settle({
      idle: chunk.idle_ms,
      client: this.#clients.get(name),
      lines: chunk.min_lines,
      timeout: chunk.timeout_s === undefined ? undefined : chunk.timeout_s * 1000,
    });
  }

  async run(program) {
    const result = { id: this.#given.id };
    await this.#prepare();
    this.#start(program);
    try {
      const client = await this.#first();
      if (client === undefined) result.start_error = 'server exited before it could be reached';
      else {
        if (client !== null)
          await this.#settle({ idle: Math.min(this.#given.idle_ms ?? IDLE, 60), client, lines: 1 });
        for (const [index, chunk] of this.#given.chunks.entries()) {
          this.#after = index;
          await this.#chunk(chunk);
        }
      }
      this.#read();
      for (const one of this.#clients.values()) {
        if (one.open && one.buffer !== '') this.#put(one, { tail: this.#fold(one.buffer) });
      }
      result.rx = this.#rx;
      result.closed = Object.fromEntries(
        [...this.#clients.values()].map(({ name, open: isOpen }) => [name, !isOpen]),
      );
      const leaving = [...this.#clients.values()].some(({ open: isOpen }) => !isOpen);
      if (leaving) await Promise.race([this.#exited, delay(EXIT)]);
      result.exit = this.#process.exitCode;
    } finally {
      this.#process.kill('SIGKILL');
      for (const client of this.#clients.values()) client.close();
      this.#listener?.close();
      await this.#exited;
      await rm(this.#directory, { recursive: true, force: true });
    }
    return result;
  }
}

const count = (entries) => entries.reduce((sum, { times = 1 }) => sum + times, 0);

/** How many things came after each chunk on each connection, by `chunk connection`. */
function counts({ rx = [] }) {
  const keys = new Set(rx.map(({ after, conn }) => `${after} ${conn}`));
  return new Map(
    [...keys].map((key) => [key, count(rx.filter(({ after, conn }) => `${after} ${conn}` === key))]),
  );
}

/**
 * Runs one case against a fresh process of the program.
 *
 * @param recorded - What is known to come. On a busy machine the run then waits a while longer for an answer, so that it is not written
 *   down behind the wrong chunk; that answers come, and which, still has to show.
 */
export function runCase(program, given, recorded) {
  return new Run(given, recorded && counts(recorded)).run(program);
}
