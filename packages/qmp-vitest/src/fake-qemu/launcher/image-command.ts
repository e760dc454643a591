import process from 'node:process';
import { NODE_IMAGE_FILES, runImg } from 'qmp-mock/qemu-img';
import type { FixtureDirectory } from '../fixture-directory.ts';

/** Runs in the place of `qemu-img`, and tells the test what was run. */
export function runImageCommand(args: readonly string[], fixture: FixtureDirectory): void {
  let stdout = '';
  let stderr = '';
  const exitCode = runImg(args, {
    files: NODE_IMAGE_FILES,
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
    now: () => BigInt(Date.now()) * 1_000_000n,
  });
  // Recorded before anybody can read it: who waits for the process finds it.
  fixture.recordImageCommand({ argv: args, exitCode, stdout, stderr });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = exitCode;
}
