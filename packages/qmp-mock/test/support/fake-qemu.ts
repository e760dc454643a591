import { NEWEST } from './versions.ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

/** The built command: what users run. */
export const FAKE_QEMU: string = command('fake-qemu.cjs');
/** The other one. */
export const QMP_MOCK: string = command('qmp-mock.js');
/** How long anything may take, in ms, on a machine that is busy with other things. */
const DEADLINE = 60_000;

function command(name: string): string {
  const path = fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is missing: build first (pnpm build)`);
  return path;
}

/** A directory that goes when the test ends. */
export function scratch(): string {
  return temporaryDirectory('fake-qemu-');
}

/** Rejects what takes too long, and says what that was. */
export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${DEADLINE} ms`)), DEADLINE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A started program: what it prints, and how it ends. */
export interface Program {
  readonly child: ChildProcess;
  /** All of stdout, once it has ended. */
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Its stderr so far. */
  readonly stderr: () => string;
}

/** Starts one of the commands; it is killed when the test ends. */
export function start(
  script: string,
  args: readonly string[],
  options: { qemu?: string; cwd?: string; stdio?: readonly ('pipe' | 'ignore')[]; name?: string } = {},
): Program {
  const { qemu = NEWEST, cwd, stdio = ['pipe', 'pipe', 'pipe'] } = options;
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env: { ...process.env, FAKE_QEMU_VERSION: qemu },
    stdio: [...stdio],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = within(
    `the end of ${args.join(' ')}`,
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ).then((code) => ({ code, stdout, stderr }));
  ended.catch(() => {});
  return { child, ended, stderr: () => stderr };
}

/** A QMP conversation as lines of text, with timestamps taken out. */
export class Lines {
  readonly stream: Duplex;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string | undefined) => void)[] = [];
  #rest = '';
  #ended = false;

  constructor(stream: Duplex) {
    this.stream = stream;
    onTestFinished(() => void stream.destroy());
    stream.on('data', (chunk: Buffer) => this.#take(chunk.toString('latin1')));
    for (const end of ['end', 'close', 'error']) stream.on(end, () => this.#end());
  }

  /** The next line; `undefined` at the end. */
  next(): Promise<string | undefined> {
    if (this.#lines.length > 0 || this.#ended) return Promise.resolve(this.#lines.shift());
    return within('the next line', new Promise((resolve) => this.#waiting.push(resolve)));
  }

  /** Sends a command and gives all lines up to its reply. */
  async send(execute: string, args?: Record<string, unknown>): Promise<string[]> {
    this.stream.write(JSON.stringify({ execute, arguments: args }));
    const lines: string[] = [];
    for (;;) {
      const line = await this.next();
      if (line === undefined) return [...lines, 'END'];
      lines.push(line);
      if (line.startsWith('{"return"') || line.startsWith('{"error"')) return lines;
    }
  }

  #take(text: string): void {
    const parts = (this.#rest + text).split('\r\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = part.replace(/^\{"timestamp": \{[^}]*\}, /, '{');
      const resolve = this.#waiting.shift();
      if (resolve === undefined) this.#lines.push(line);
      else resolve(line);
    }
  }

  #end(): void {
    this.#ended = true;
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }
}

/** Greets back: reads the greeting and negotiates. */
export async function negotiate(stream: Duplex): Promise<Lines> {
  const lines = new Lines(stream);
  const greeting = await lines.next();
  if (greeting?.startsWith('{"QMP"') !== true) throw new Error(`Not a greeting: ${greeting}`);
  await lines.send('qmp_capabilities');
  return lines;
}

/** Waits for a program that dials in. */
export async function listen(path: string): Promise<{ server: Server; accept: () => Promise<Socket> }> {
  const server = createServer();
  const waiting: Socket[] = [];
  const takers: ((socket: Socket) => void)[] = [];
  server.on('connection', (socket) => {
    const taker = takers.shift();
    if (taker === undefined) waiting.push(socket);
    else taker(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  const accept = (): Promise<Socket> => {
    const socket = waiting.shift();
    if (socket !== undefined) return Promise.resolve(socket);
    return within('a connection', new Promise((resolve) => takers.push(resolve)));
  };
  return { server, accept };
}

/** Connects as soon as somebody listens; gives up when the program has ended. */
export async function reach(
  target: ({ path: string } | { port: number }) & { allowHalfOpen?: boolean },
  program: Program,
): Promise<Socket> {
  let ended = false;
  void program.ended.then(() => (ended = true));
  for (;;) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const attempt = connect('path' in target ? target : { ...target, host: '127.0.0.1' });
      attempt.once('connect', () => resolve(attempt));
      attempt.once('error', () => resolve(undefined));
    });
    if (socket !== undefined) return socket;
    if (ended) throw new Error(`It has ended: ${program.stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
