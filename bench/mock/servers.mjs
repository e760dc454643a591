// The servers that are compared: each is a program that listens on a UNIX socket.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const fakeQemu = here('../../packages/qmp-mock/dist/cli/fake-qemu.js');

/** QEMU binaries: `QMP_BENCH_QEMU` (a list like `PATH`), or the one on `PATH`. */
export function qemuBinaries() {
  const named = process.env.QMP_BENCH_QEMU?.split(delimiter).filter(Boolean);
  if (named !== undefined) return named;
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'qemu-system-x86_64'))
    .find((file) => existsSync(file));
  return found === undefined ? [] : [found];
}

/** QEMU's command line for an idle machine with a monitor on a socket. */
export function qemuArguments(path) {
  return ['-machine', 'none', '-nodefaults', '-display', 'none', '-qmp', `unix:${path},server=on,wait=off`];
}

/** Name → [program, arguments] for a socket path. The lenient fake is the floor. */
export function servers() {
  return {
    'lenient 40-line fake': (path) => [process.execPath, [here('lenient-fake.mjs'), path]],
    'MockQmp 11.1': (path) => [process.execPath, [here('mock-server.mjs'), path, '11.1']],
    'MockQmp 7.2': (path) => [process.execPath, [here('mock-server.mjs'), path, '7.2']],
    'fake-qemu 11.1': (path) => [process.execPath, [fakeQemu, ...qemuArguments(path)]],
    ...Object.fromEntries(
      qemuBinaries().map((binary) => [
        `QEMU (${binary.split('/').at(-1)})`,
        (path) => [binary, qemuArguments(path)],
      ]),
    ),
  };
}

/** Starts a server and resolves once it has greeted a first client: gives the process and the ms that took. */
export async function startServer([program, args], path) {
  const start = process.hrtime.bigint();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} exited with ${child.exitCode}`);
    const socket = connect(path);
    const greeted = await Promise.race([
      once(socket, 'data').then(
        () => true,
        () => false,
      ),
      once(socket, 'close').then(() => false),
    ]);
    socket.destroy();
    if (greeted) break;
    await new Promise(setImmediate);
  }
  return { child, elapsed: Number(process.hrtime.bigint() - start) / 1e6 };
}
