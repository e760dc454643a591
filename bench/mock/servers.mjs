// The servers that are compared: each is a program that listens on a UNIX socket, or dials one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { kill, listening, qemuArguments, qemus } from '../lib/qemu.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const fakeQemu = here('../../packages/qmp-mock/dist/cli/fake-qemu.cjs');
const node = (script, ...args) => [process.execPath, [here(script), ...args]];
const monitor = (mode, path) => `unix:${path}${mode === 'listen' ? ',server=on,wait=off' : ''}`;

/** Name → [program, arguments] for `listen` or `dial` and a socket path. */
export const servers = {
  'MockQmp 11.1': (mode, path) => node('mock-server.mjs', mode, path, '11.1'),
  'MockQmp 7.2': (mode, path) => node('mock-server.mjs', mode, path, '7.2'),
  'fake-qemu': (mode, path) => node(fakeQemu, ...qemuArguments(monitor(mode, path))),
  'lenient fake': (mode, path) => node('lenient-fake.mjs', mode, path),
  ...Object.fromEntries(
    qemus().map(({ name, binary }) => [name, (mode, path) => [binary, qemuArguments(monitor(mode, path))]]),
  ),
};

/** Floor of all that starts in Node. */
export const bareNode = (_mode, path) => node('bare-node.mjs', path);

/** Starts a server that listens, and gives its process. */
export async function startServer([program, args], path) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await listening(child, path);
  return child;
}

/**
 * ms from the spawn of a program that dials to the first byte that it sends. Being dialled costs this process nothing
 * while it waits; looking for a socket again and again would take the processor from what is measured.
 */
export async function timeToGreeting(command, path) {
  const listener = createServer();
  listener.listen(path);
  await once(listener, 'listening');
  const [program, args] = command('dial', path);
  const start = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const connection = once(listener, 'connection', { signal: AbortSignal.timeout(20_000) });
    const [socket] = await connection;
    socket.on('error', () => {});
    await once(socket, 'data');
    return performance.now() - start;
  } finally {
    await kill(child);
    listener.close();
    rmSync(path, { force: true });
  }
}
