import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory of the running test; it goes with everything in it when the test is over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'qmp-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
