/** Tells the child that it is the one in the background. */
const MARK = 'FAKE_QEMU_DAEMON_CHILD';

/**
 * Whether this process was started to continue in the background. It can be asked only once, so that its own
 * children don't inherit the mark.
 */
export function isInBackground(): boolean {
  const marked = process.env[MARK] !== undefined;
  delete process.env[MARK];
  return marked;
}

/**
 * Starts this program again in the background. This process ends when that one is ready, or with its status.
 *
 * @param descriptors - Descriptors that chardevs inherit.
 */
export function goIntoBackground(descriptors: readonly number[]): void {
  const last = Math.max(2, ...descriptors);
  const inherited = Array.from({ length: last - 2 }, (_, index) => index + 3);
  // Loaded only here: to load it takes about a tenth of the time in which the command starts.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    // Descriptors that a chardev is to use are passed on under the same numbers.
    stdio: ['ignore', 'ignore', 'pipe', ...inherited, 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  });
  // Its messages go where ours do until it is ready.
  child.stderr?.pipe(process.stderr);
  child.once('message', () => {
    child.disconnect();
    child.unref();
    process.exitCode = 0;
    process.exit();
  });
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
    process.exit();
  });
}
