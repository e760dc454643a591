import { open } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import {
  bytesOf,
  IDLE,
  type Case,
  type Chunk,
  type Received,
  type Recording,
} from '../../conformance/corpus-case.ts';
import { Scratch } from '../../lib/scratch.ts';
import { isBusy } from '../../qemu/busy.ts';
import { disturb, type Disturbance } from '../../qemu/disturb.ts';
import { QemuProcess } from '../../qemu/process.ts';
import type { Program } from '../../qemu/program.ts';
import { listenOn, reach, type Listener } from '../../qemu/sockets.ts';
import { Client } from './client.ts';
import { count, Log } from './log.ts';

/** How long a program may take to be reached, in ms. */
const REACH = 10_000;
/** … after a step that connects, if it does not say. */
const REACH_AGAIN = 5000;
/** How long a look at what has come takes, in ms. */
const LOOK = 5;
/** How long things may go on after a chunk, in ms. */
const SETTLE = 10_000;
/** How much longer a run waits for what is known to come, in ms. */
const PATIENCE = 10_000;
/** How long a program that has closed a connection may take to end, in ms. */
const EXIT = 500;
/** The socket of a case. */
const SOCKET = 'qmp.sock';

/** Result of a case. */
export interface Result {
  readonly id: string;
  /** Why there was nothing to talk to. */
  readonly start_error?: string;
  readonly rx: readonly Received[];
  /** By connection. */
  readonly closed: Readonly<Record<string, boolean>>;
  readonly exit: number | null;
}

/** Why a case cannot be run here: Node cannot pass descriptors. */
export function unsupported({ chunks }: Case): string | undefined {
  return chunks.some(({ fds }) => fds !== undefined) ? 'passes descriptors' : undefined;
}

/** How a case is run. */
export interface RunOptions {
  /**
   * The known result. On a busy machine the run waits longer for an answer that is known to come, so that it
   * isn't recorded behind the wrong chunk. The answers are still recorded as they come.
   */
  readonly recorded?: Pick<Recording, 'rx'> | undefined;
  /** Whether the program is halted again and again, as on a busy machine. */
  readonly disturbed?: boolean | undefined;
}

/** Runs one case against a fresh process of the program. */
export async function runCase(
  program: Program,
  given: Case,
  { recorded, disturbed = false }: RunOptions = {},
): Promise<Result> {
  using scratch = new Scratch('qmp-case-');
  await prepareFiles(given, scratch);
  await using listener = given.transport === 'listen' ? await listenOn(scratch.file(SOCKET)) : undefined;
  const args = given.args.map((arg) => arg.replaceAll('@TMP@', scratch.path));
  await using process = new QemuProcess(program, args, {
    cwd: scratch.path,
    stdio: given.transport === 'stdio' ? 'pipe' : 'ignore',
  });
  using disturbance = disturbed ? disturb(process) : undefined;
  const run = new Run(given, { scratch, process, listener, disturbance, expected: countsOf(recorded) });
  try {
    return await run.finish();
  } finally {
    run.close();
  }
}

async function prepareFiles({ files = {} }: Case, scratch: Scratch): Promise<void> {
  for (const [name, spec] of Object.entries(files)) {
    const { size, at = {} } = typeof spec === 'number' ? { size: spec } : spec;
    await writeSparse(scratch.file(name), size, at);
  }
}

async function writeSparse(
  path: string,
  size: number,
  at: Readonly<Record<string, string>> = {},
): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(size);
  for (const [offset, hex] of Object.entries(at))
    await file.write(Buffer.from(hex, 'hex'), 0, hex.length / 2, Number(offset));
  await file.close();
}

/** How many things came after each chunk on each connection, by `chunk connection`. */
function countsOf({ rx }: Pick<Recording, 'rx'> = { rx: [] }): Map<string, number> {
  const keys = new Set(rx.map(({ after, conn }) => `${after} ${conn}`));
  return new Map(
    [...keys].map((key) => [key, count(rx.filter(({ after, conn }) => `${after} ${conn}` === key))]),
  );
}

/** Surroundings of a case that is being run. */
interface Surroundings {
  readonly scratch: Scratch;
  readonly process: QemuProcess;
  readonly listener: Listener | undefined;
  readonly disturbance: Disturbance | undefined;
  /** How many things are known to come, by `chunk connection`. */
  readonly expected: ReadonlyMap<string, number>;
}

/** A case that is being run. */
class Run {
  readonly #given: Case;
  readonly #scratch: Scratch;
  readonly #process: QemuProcess;
  readonly #listener: Listener | undefined;
  readonly #disturbance: Disturbance | undefined;
  readonly #expected: ReadonlyMap<string, number>;
  readonly #clients = new Map<string, Client>();
  readonly #log: Log;
  #activity = 0;

  constructor(given: Case, { scratch, process, listener, disturbance, expected }: Surroundings) {
    this.#given = given;
    this.#scratch = scratch;
    this.#process = process;
    this.#listener = listener;
    this.#disturbance = disturbance;
    this.#expected = expected;
    this.#log = new Log(scratch.path);
  }

  /** Goes through all chunks. */
  async finish(): Promise<Result> {
    const client = await this.#first();
    if (client !== undefined) {
      if (client !== 'later')
        await this.#settle({ idle: Math.min(this.#given.idle_ms ?? IDLE, 60), client, lines: 1 });
      for (const [index, chunk] of this.#given.chunks.entries()) {
        this.#log.after = index;
        await this.#chunk(chunk);
      }
    }
    const clients = [...this.#clients.values()];
    for (const one of clients) {
      this.#log.take(one);
      this.#log.leave(one);
    }
    const closed = Object.fromEntries(clients.map((one) => [one.name, !one.open]));
    if (Object.values(closed).includes(true)) await Promise.race([this.#process.exited, delay(EXIT)]);
    return {
      id: this.#given.id,
      ...(client === undefined ? { start_error: 'server exited before it could be reached' } : {}),
      rx: this.#log.entries,
      closed,
      exit: this.#process.exit?.code ?? null,
    };
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  /** The connection `main`; `later` if the case has none at the start, `undefined` if it cannot be made. */
  async #first(): Promise<Client | 'later' | undefined> {
    const { transport, autoconnect = true } = this.#given;
    if (transport === 'stdio')
      return this.#add(new Client('main', this.#process.stdout, this.#process.stdin, this.#active));
    if (transport === 'listen') return this.#accept('main', REACH);
    if (autoconnect) return this.#connect('main', SOCKET, REACH);
    // Nothing tells when it has come up.
    await delay(100);
    return 'later';
  }

  async #chunk(chunk: Chunk): Promise<void> {
    const name = chunk.conn ?? 'main';
    if (chunk.ctl === undefined) await this.#send(name, chunk);
    else await this.#control(name, chunk);
    if (chunk.nosettle === true) return;
    await this.#settle({
      idle: chunk.idle_ms,
      client: this.#clients.get(name),
      lines: chunk.min_lines,
      timeout: chunk.timeout_s === undefined ? undefined : chunk.timeout_s * 1000,
    });
  }

  async #send(name: string, chunk: Chunk): Promise<void> {
    const client = this.#clients.get(name);
    if (client?.open !== true) {
      this.#log.note(name, { send_error: 'no connection' });
      return;
    }
    const bytes = bytesOf(chunk, this.#scratch.path);
    if (chunk.bytewise === true) {
      for (const byte of bytes) {
        client.send(Buffer.of(byte));
        await delay(chunk.delay_ms ?? 0);
      }
    } else client.send(bytes);
    await client.drained();
  }

  async #control(name: string, chunk: Chunk): Promise<void> {
    const { ctl, path = SOCKET, ms = 0, signal = 'SIGTERM', size = 0, timeout_s: seconds } = chunk;
    const timeout = seconds === undefined ? REACH_AGAIN : seconds * 1000;
    const client = this.#clients.get(name);
    if (ctl === 'connect') {
      if ((await this.#connect(name, path, timeout)) === undefined)
        this.#log.note(name, { connect_failed: 'no' });
    } else if (ctl === 'accept') {
      if ((await this.#accept(name, timeout)) === undefined) this.#log.note(name, { accept_failed: 'no' });
    } else if (ctl === 'close') client?.close();
    else if (ctl === 'shutdown_wr') client?.shutdown();
    else if (ctl === 'signal') this.#process.signal(signal);
    else if (ctl === 'wait') await this.#pass(ms);
    else await writeSparse(this.#scratch.file(path), size);
  }

  /**
   * Waits until nothing has come for a while. The while is counted in looks, of which each counts for some
   * milliseconds at most: on a machine with much else to do both this process and the program are slow, and
   * so must the silence be.
   */
  async #settle(options: {
    idle?: number | undefined;
    client?: Client | undefined;
    lines?: number | undefined;
    timeout?: number | undefined;
  }): Promise<void> {
    const { idle = this.#given.idle_ms ?? IDLE, client, lines = 0, timeout = SETTLE } = options;
    const before = client?.lines ?? 0;
    let seen = this.#activity;
    for (let spent = 0, quiet = 0; spent < timeout;) {
      const passed = await this.#look();
      spent += passed;
      if (this.#disturbance?.isHalting !== true) quiet += passed;
      // The program may be silent only because it has to wait.
      if (this.#activity !== seen || isBusy(this.#process.pid)) quiet = 0;
      seen = this.#activity;
      if (client?.open === true && client.lines - before < lines) continue;
      if (spent < PATIENCE && this.#awaited()) continue;
      if (quiet >= idle) return;
      if (![...this.#clients.values()].some((one) => one.open)) return;
    }
  }

  /** Takes in what comes during so many milliseconds. */
  async #pass(time: number): Promise<void> {
    for (const until = performance.now() + time; performance.now() < until;) await this.#look();
  }

  /** Waits a moment, and takes in what has come. Gives for how many milliseconds it counts. */
  async #look(): Promise<number> {
    const began = performance.now();
    await delay(LOOK);
    // Input that came while this process waited for a CPU is heard of only now.
    await turn();
    for (const one of this.#clients.values()) this.#log.take(one);
    return Math.min(performance.now() - began, LOOK * 2);
  }

  /** Whether more is known to come after this chunk. */
  #awaited(): boolean {
    const { after, entries } = this.#log;
    return [...this.#clients.values()].some(({ name, open: isOpen }) => {
      const got = entries.filter((entry) => entry.after === after && entry.conn === name);
      return isOpen && count(got) < (this.#expected.get(`${after} ${name}`) ?? 0);
    });
  }

  async #connect(name: string, path: string, timeout: number): Promise<Client | undefined> {
    return this.#over(name, reach(this.#scratch.file(path), this.#process, timeout));
  }

  async #accept(name: string, timeout: number): Promise<Client | undefined> {
    return this.#over(name, this.#listener!.accept(this.#process, timeout));
  }

  async #over(name: string, made: Promise<Duplex>): Promise<Client | undefined> {
    const stream = await made.catch(() => undefined);
    return stream === undefined ? undefined : this.#add(new Client(name, stream, stream, this.#active));
  }

  readonly #active = (): void => void this.#activity++;

  #add(client: Client): Client {
    this.#clients.set(client.name, client);
    return client;
  }
}
