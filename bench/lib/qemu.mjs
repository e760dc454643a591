// The real QEMUs that take part: `QMP_BENCH_QEMU` (a list like `PATH`), or the one on `PATH`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const program = 'qemu-system-x86_64';

function paths() {
  const named = process.env.QMP_BENCH_QEMU?.split(delimiter).filter(Boolean);
  const listed = named ?? (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  const found = listed.filter((file) => existsSync(file) && statSync(file).isFile());
  if (named !== undefined && found.length < named.length)
    throw new Error(
      `QMP_BENCH_QEMU names what is not there: ${named.filter((file) => !found.includes(file)).join(', ')}`,
    );
  return named === undefined ? found.slice(0, 1) : found;
}

let known;

/** `[{ name: 'QEMU 7.2', binary }]`, by the version that each binary tells. */
export function qemus() {
  known ??= paths().map((binary) => {
    const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
    const version = /version (\d+\.\d+)/.exec(stdout ?? '')?.[1];
    if (version === undefined) throw new Error(`${binary} tells no version`);
    return { name: `QEMU ${version}`, binary };
  });
  return known;
}

/** QEMU's command line for an idle machine, with a monitor as told. */
export function qemuArguments(monitor) {
  return ['-machine', 'none', '-nodefaults', '-display', 'none', '-qmp', monitor];
}

/** Kills a process that was started here, and waits until it is gone. */
export async function kill(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
}

/** Starts a QEMU that listens on a socket; resolves when it can be connected to. */
export async function startQemu(binary, path) {
  const child = spawn(binary, qemuArguments(`unix:${path},server=on,wait=off`), {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await listening(child, path);
  return child;
}

/** Resolves when a process has made its socket. Looks a hundred times a second, so that it gets the processor. */
export async function listening(child, path, deadline = 20_000) {
  const end = performance.now() + deadline;
  while (!existsSync(path)) {
    if (child.exitCode !== null || performance.now() > end)
      throw new Error(`${child.spawnfile} did not listen on ${path} (exit ${child.exitCode})`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
