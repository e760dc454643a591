import { statSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { makeDirectory } from '../../src/qemu/directory.ts';

// A worker thread cannot set its umask.
test.skipIf(!isMainThread).each([0o000, 0o022, 0o077])(
  "under umask %o, a machine's directory is this user's alone",
  async (umask) => {
    const before = process.umask(umask);
    onTestFinished(() => void process.umask(before));
    const { path, remove } = makeDirectory();
    onTestFinished(remove);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  },
);
