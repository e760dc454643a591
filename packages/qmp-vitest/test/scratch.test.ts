import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { runVitest } from './support/run-vitest.ts';

vi.setConfig({ testTimeout: 120_000 });

test.each(['forks', 'threads'])(
  'the sockets of a file share a directory; they go with their test, it goes with the file (%s)',
  async (pool) => {
    const temporary = mkdtempSync(join(tmpdir(), 'q-'));
    try {
      using run = await runVitest('scratch', { args: [`--pool=${pool}`], env: { TMPDIR: temporary } });
      const left = readdirSync(temporary).filter((name) => name.startsWith('qmp-'));
      expect(run.tests.get('fails')?.status).toBe('failed');
      const { folders, sockets } = run.tests.get('tells')!.meta as { folders: string[]; sockets: boolean[] };
      const [first, ...others] = folders;
      expect(folders).toHaveLength(5);
      expect(first?.startsWith(`${temporary}/qmp-`)).toBe(true);
      // The fifth is of a suite that adds fixtures itself.
      expect(others.slice(0, 3)).toEqual([first, first, first]);
      expect(sockets).toEqual([false, false, false, false, false]);
      expect(left).toEqual([]);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  },
);
