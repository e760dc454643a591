import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test as base, vi } from 'vitest';
import { needQemu } from './support/real-qemu.ts';
import { runVitest, type NestedRun, type NestedTest } from './support/run-vitest.ts';
import { NOWHERE } from './support/nowhere.ts';

vi.setConfig({ testTimeout: 300_000 });

const NO_QEMU = { QMP_QEMU_BINARY: `${NOWHERE}/qemu` };

/** A folder for cassettes, and what runs the project with it. */
const test = base.extend<{ folder: string; run: (env: Record<string, string>) => Promise<NestedRun> }>({
  folder: async ({ task: _task }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'qmp-tapes-'));
    await use(folder);
    rmSync(folder, { recursive: true });
  },
  run: async ({ folder }, use) => {
    const runs: NestedRun[] = [];
    await use(async (env) => {
      const run = await runVitest('cassettes', { env: { CI: undefined, QMP_CASSETTE_DIR: folder, ...env } });
      runs.push(run);
      return run;
    });
    for (const run of runs) run[Symbol.dispose]();
  },
});

function pausing(run: NestedRun): NestedTest {
  return run.tests.get('pauses the guest')!;
}

function told({ failureMessages }: NestedTest): string {
  return failureMessages.join('\n');
}

describe('from a recording on', () => {
  needQemu();

  test('record, replay without a QEMU, and see what has changed', async ({ folder, run }) => {
    expect(pausing(await run({ QMP_BACKEND: 'record' })).status).toBe('passed');
    const file = join(folder, 'pausing.nested.ts', 'pauses-the-guest.jsonl');
    expect(readdirSync(join(folder, 'pausing.nested.ts'))).toEqual(['pauses-the-guest.jsonl']);
    const recorded = readFileSync(file, 'utf8');
    const lines = recorded.split('\n');
    const lineOf = (part: string): number => lines.findIndex((line) => line.includes(part)) + 1;

    // It plays, in CI too, if there is no QEMU.
    for (const CI of ['', '1']) {
      const replayed = await run({ ...NO_QEMU, QMP_BACKEND: 'replay', CI });
      expect(pausing(replayed), told(pausing(replayed))).toMatchObject({ status: 'passed' });
    }

    // The code under test sends something else than it did.
    const changed = pausing(await run({ ...NO_QEMU, QMP_BACKEND: 'replay', CHANGED_COMMAND: 'cont' }));
    expect(changed.status).toBe('failed');
    expect(told(changed)).toContain(`${file}:${lineOf('"execute":"stop"')}`);
    expect(told(changed)).toMatch(/cont/);
    expect(told(changed)).toMatch(/findings:\n +✗ cont was never recorded/);
    const again =
      /record it again: QMP_BACKEND=record QMP_CASSETTE_MODE=update npx vitest run \S*pausing\.nested\.ts -t 'pauses the guest'/;
    expect(told(changed)).toMatch(again);

    // QEMU says the same as it did, and then, if the cassette has something else, not.
    const lockdown = { QMP_BACKEND: 'record', QMP_CASSETTE_MODE: 'lockdown' };
    expect(pausing(await run(lockdown)).status).toBe('passed');
    writeFileSync(file, recorded.replace('"status":"paused"', '"status":"suspended"'));
    const drifted = pausing(await run(lockdown));
    expect(drifted.status).toBe('failed');
    expect(told(drifted)).toContain(`${file}:${lineOf('"status":"paused"')}`);
    expect(told(drifted)).toMatch(/suspended[^]*paused|paused[^]*suspended/);
    expect(told(drifted)).toMatch(again);

    // Recorded anew, it is what it was.
    expect(pausing(await run({ QMP_BACKEND: 'record', QMP_CASSETTE_MODE: 'update' })).status).toBe('passed');
    expect(readFileSync(file, 'utf8')).toBe(recorded);
  });
});

test('where there is no cassette a test is skipped, and fails in CI', async ({ run }) => {
  const skipped = await run({ ...NO_QEMU, QMP_BACKEND: 'replay' });
  expect(pausing(skipped).status).toBe('skipped');
  expect(skipped.output).toMatch(
    /There is no cassette .*pauses-the-guest\.jsonl: record one with QMP_BACKEND=record/,
  );
  const failed = pausing(await run({ ...NO_QEMU, QMP_BACKEND: 'replay', CI: '1' }));
  expect(failed.status).toBe('failed');
  expect(told(failed)).toMatch(
    /There is no cassette .*pauses-the-guest\.jsonl.*Record it with QMP_BACKEND=record/,
  );
});
