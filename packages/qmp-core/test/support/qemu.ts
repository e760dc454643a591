import { accessSync, constants } from 'node:fs';
import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { once } from 'node:events';
import { onTestFinished, test } from 'vitest';

const NAME = 'qemu-system-x86_64';

/** The QEMU that tests run against: `QMP_QEMU_BINARY`, or the one on PATH. */
function findQemu(): string | undefined {
  const given = process.env['QMP_QEMU_BINARY'];
  const candidates =
    given === undefined || given === ''
      ? (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, NAME))
      : [given];
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const found = findQemu();
const missing = `no QEMU: neither QMP_QEMU_BINARY nor ${NAME} on PATH`;

if (found === undefined && process.env['QMP_REQUIRE_QEMU'] === '1') {
  throw new Error(`QMP_REQUIRE_QEMU=1, and ${missing}`);
}

/** The path of a QEMU, or `undefined`. */
export const qemuBinary: string | undefined = found;

/** Defines a test that needs a QEMU; without one it is skipped, and says why. */
export function qemuTest(name: string, body: () => Promise<void>): void {
  test(name, { timeout: 30_000 }, async ({ skip }) => {
    if (qemuBinary === undefined) skip(missing);
    await body();
  });
}

/** Starts a QEMU without a machine; it is gone when the running test is over. */
export function startQemu(args: readonly string[]): ChildProcess {
  const child = spawn(
    qemuBinary ?? NAME,
    ['-machine', 'none', '-nodefaults', '-display', 'none', '-S', ...args],
    { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] },
  );
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  });
  return child;
}
