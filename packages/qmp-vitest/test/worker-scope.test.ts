import { readFileSync } from 'node:fs';

import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { needQemu } from './support/real-qemu.ts';
import { runVitest } from './support/run-vitest.ts';
import { temporaryDirectory } from '../../../tools/src/lib/temporary.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Runs the two files of the project, and gives what became of its machines. */
async function livesOf(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const folder = temporaryDirectory('qmp-lives-');
  const LIVES = join(folder, 'lives');
  using run = await runVitest('worker', { args, env: { ...env, LIVES } });
  expect(
    [...run.tests.values()].map(({ status }) => status),
    run.output,
  ).toEqual(Array(4).fill('passed'));
  return readFileSync(LIVES, 'utf8').trim().split('\n');
}

describe.each(['forks', 'threads'])('a machine of a worker, in %s', (pool) => {
  const shared = [`--pool=${pool}`, '--maxWorkers=1', '--no-isolate'];

  test('is started once and ended once, over files and retries', async () => {
    expect(await livesOf(shared)).toEqual(['started mock', 'ended']);
  });

  test('is one for each file where Vitest gives each file a worker of its own', async () => {
    const lives = await livesOf([`--pool=${pool}`, '--maxWorkers=1']);
    expect(lives).toEqual(['started mock', 'ended', 'started mock', 'ended']);
  });

  describe('on QEMU', () => {
    needQemu();

    test('is a process that is gone with the worker', async () => {
      const lives = await livesOf(shared, { QMP_BACKEND: 'qemu' });
      expect(lives).toEqual([expect.stringMatching(/^started \d+$/), 'ended']);
      const pid = Number(lives[0]?.split(' ')[1]);
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    });
  });
});
