import { basename } from 'node:path';
import { connect, Socket } from 'node:net';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { onJsonLines, type FirstLine, type LauncherLine, type TestLine } from './protocol.ts';

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
  const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
  const argv = process.argv.slice(2);
  tell({ type: 'control', name: basename(path), pid: process.pid, argv, env, cwd: process.cwd() });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => tell({ signal }));
  socket.on('error', die);
  socket.on('close', die);

  onJsonLines(socket, (line) => {
    const order = line as TestLine;
    switch (order.type) {
      case 'write':
        process[order.stream].write(order.text);
        break;
      case 'pipe':
        carry(order, control);
        break;
      case 'exit':
        socket.off('close', die);
        flush(() => process.exit(order.code));
        break;
      case 'die':
        socket.off('close', die);
        flush(() => void process.kill(process.pid, order.signal === 'SIGTERM' ? 'SIGKILL' : order.signal));
        break;
    }
  });
}

/** The test is gone. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Joins a chardev's stream to a new connection to the test. */
function carry({ pipe, fd }: TestLine & { type: 'pipe' }, control: string): void {
  const toTest = connect(control);
  const first: FirstLine = { type: 'pipe', pid: process.pid, pipe };
  toTest.write(`${JSON.stringify(first)}\n`);
  if (fd === 'stdio') {
    process.stdin.pipe(toTest);
    toTest.pipe(process.stdout);
    return;
  }
  const inherited: Duplex = new Socket({ fd, readable: true, writable: true });
  for (const end of [inherited, toTest]) end.on('error', () => {});
  inherited.pipe(toTest).pipe(inherited);
  inherited.on('close', () => toTest.destroy());
  toTest.on('close', () => inherited.destroy());
}

/** Calls back when what was written has been handed over: a pipe's reader must not lose the last words. */
function flush(then: () => void): void {
  process.stdout.write('', () => process.stderr.write('', () => then()));
}
