import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { GREETING } from './scripted-monitor.ts';

/**
 * Listens as QEMU does, with a backlog of one; serves one client at a time; before it takes any, it blocks
 * until its standard input says go.
 */
const SCRIPT = `
const { createServer } = require('node:net');
const [path, greeting] = process.argv.slice(1);
const waiting = [];
let served;
const serve = () => {
  if (served !== undefined || waiting.length === 0) return;
  served = waiting.shift();
  served.on('close', () => { served = undefined; serve(); });
  served.on('data', (data) => {
    for (const [, id] of data.toString().matchAll(/"id":(\\d+)/g)) served.write('{"return": {}, "id": ' + id + '}\\r\\n');
  });
  served.write(greeting + '\\r\\n');
};
createServer((socket) => {
  socket.on('error', () => {});
  waiting.push(socket);
  serve();
}).listen({ path, backlog: 1 }, () => {
  const { readSync, writeSync } = require('node:fs');
  writeSync(1, 'x');
  readSync(0, Buffer.alloc(1));
});
`;

/**
 * A monitor in a process of its own that listens and accepts nobody, until it is told to go on.
 */
export async function stoppedMonitor(path: string): Promise<{ goOn: () => void }> {
  const child = spawn(process.execPath, ['-e', SCRIPT, path, GREETING], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  });
  await once(child.stdout, 'data');
  return { goOn: () => void child.stdin.write('x') };
}
