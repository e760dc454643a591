import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { fstatSync } from 'node:fs';
import { connect, createServer, Socket } from 'node:net';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { onJsonLines, type FirstLine, type LauncherLine, type TestLine } from './protocol.ts';

/** Tells a launcher that it is the one in the background. */
const BACKGROUND = 'QMP_VITEST_BACKGROUND';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Runs in the place of QEMU: tells the test what it was called with, and does what the test says. It owns nothing:
 * when the test process goes, however that ends, it goes too.
 *
 * @param path Path that it was called by; its last part is the emulator's name.
 * @param control The test's socket.
 */
export function runLauncher(path: string, control: string): void {
  const socket = connect(control);
  const tell = (line: FirstLine | LauncherLine): void => void socket.write(`${JSON.stringify(line)}\n`);
  const background = process.env[BACKGROUND] !== undefined;
  delete process.env[BACKGROUND];
  const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
  const argv = process.argv.slice(2);
  const [name, { pid }, cwd] = [basename(path), process, process.cwd()];
  tell({ type: 'control', name, pid, argv, env, cwd, background });

  for (const signal of SIGNALS) process.on(signal, () => tell({ signal }));
  socket.on('error', die);
  socket.on('close', die);

  onJsonLines(socket, (line) => {
    const order = line as TestLine;
    switch (order.type) {
      case 'write':
        process[order.stream].write(order.text);
        break;
      case 'pipe':
        if (order.fd !== 'stdio' && !isSocket(order.fd)) tell({ refused: order.pipe });
        else carry(order, control);
        break;
      case 'listen':
        if (!isSocket(order.fd)) tell({ refused: order.pipe });
        else listen(order, control, tell);
        break;
      case 'daemonize':
        daemonize(path, argv, order.descriptors);
        break;
      case 'ready':
        detach();
        break;
      case 'exit':
        socket.off('close', die);
        flush(() => process.exit(order.code));
        break;
      case 'die':
        socket.off('close', die);
        // Without a listener the signal does what it does to any process.
        process.removeAllListeners(order.signal);
        flush(() => void process.kill(process.pid, order.signal));
        break;
    }
  });
}

/** Starts the one in the background, and ends when that is ready, or with it. */
function daemonize(path: string, argv: readonly string[], descriptors: readonly number[]): void {
  const last = Math.max(2, ...descriptors);
  const inherited = Array.from({ length: last - 2 }, (_, at) =>
    descriptors.includes(at + 3) ? at + 3 : 'ignore',
  );
  const child = spawn(process.execPath, [...process.execArgv, path, ...argv], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', ...inherited, 'ipc'],
    env: { ...process.env, [BACKGROUND]: '1' },
  });
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  child.stderr?.pipe(process.stderr);
  child.once('message', () => flush(() => process.exit(0)));
  // Its last words come before `close`, and not always before `exit`.
  child.once('close', (code) => flush(() => process.exit(code ?? 1)));
}

/** In the background: whoever started this may go. QEMU leaves the directory that it was started in. */
function detach(): void {
  process.stderr.on('error', () => {});
  process.chdir('/');
  process.send?.('ready', () => process.disconnect());
}

/** The test is gone. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Joins a chardev's stream to a new connection to the test. */
function carry({ pipe, fd }: TestLine & { type: 'pipe' }, control: string): void {
  if (fd === 'stdio') {
    const toTest = openPipe(pipe, control);
    process.stdin.pipe(toTest);
    toTest.pipe(process.stdout);
    return;
  }
  join(new Socket({ fd, readable: true, writable: true }), openPipe(pipe, control));
}

/** Listens on a descriptor and joins each client to a new connection to the test. */
function listen(
  { pipe, fd }: TestLine & { type: 'listen' },
  control: string,
  tell: (line: LauncherLine) => void,
): void {
  const server = createServer((client) => join(client, openPipe(pipe, control)));
  server.on('error', () => tell({ refused: pipe }));
  server.listen({ fd }, () => tell({ listening: pipe }));
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

/** A connection to the test for the bytes of a chardev. */
function openPipe(pipe: string, control: string): Socket {
  const toTest = connect(control);
  const first: FirstLine = { type: 'pipe', pid: process.pid, pipe };
  toTest.write(`${JSON.stringify(first)}\n`);
  return toTest;
}

function join(inherited: Duplex, toTest: Socket): void {
  for (const end of [inherited, toTest]) end.on('error', () => {});
  inherited.pipe(toTest).pipe(inherited);
  inherited.on('close', () => toTest.destroy());
  toTest.on('close', () => inherited.destroy());
}

/** Calls back when what was written has been handed over: a pipe's reader must not lose the last words. */
function flush(then: () => void): void {
  process.stdout.write('', () => process.stderr.write('', () => then()));
}
