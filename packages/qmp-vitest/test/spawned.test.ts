import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { NOWHERE } from './support/nowhere.ts';
import { needQemu } from './support/real-qemu.ts';
import { runVitest, type NestedRun } from './support/run-vitest.ts';
import { temporaryDirectory } from '../../../tools/src/lib/temporary.ts';

vi.setConfig({ testTimeout: 300_000 });

const NO_QEMU = { QMP_QEMU_BINARY: `${NOWHERE}/qemu` };

/** The tests of the project that pass, whatever is behind them. */
const PASSING = [
  'pauses, and quits',
  'is left and met again, then ended by a signal',
  'is killed',
  'two at once, by their names',
  'goes into the background',
];

function outcome(run: NestedRun): Record<string, string> {
  return Object.fromEntries(PASSING.map((title) => [title, run.tests.get(title)?.status ?? 'missing']));
}

function told(run: NestedRun, title: string): string {
  return run.tests.get(title)?.failureMessages.join('\n') ?? '';
}

const ALL_PASS = Object.fromEntries(PASSING.map((title) => [title, 'passed']));

describe('one suite of code that starts QEMU', () => {
  needQemu();

  test('is recorded, and replayed without a QEMU', async () => {
    const folder = temporaryDirectory('qmp-tapes-');
    const run = async (env: Record<string, string>): Promise<NestedRun> =>
      runVitest('spawned', { env: { CI: undefined, QMP_CASSETTE_DIR: folder, ...env } });
    using mocked = await run({ ...NO_QEMU });
    expect(outcome(mocked), mocked.output).toEqual(ALL_PASS);

    using recorded = await run({ QMP_BACKEND: 'record' });
    expect(outcome(recorded), recorded.output).toEqual(ALL_PASS);
    const tapes = join(folder, 'spawning.nested.ts');
    const names = readdirSync(tapes).map((name) => name.replace(/-[0-9a-f]{6}\.jsonl$/, ''));
    expect(names.toSorted()).toEqual([
      'goes-into-the-background-spawned',
      'is-killed-spawned',
      'is-left-and-met-again-then-ended-by-a-signal-spawned',
      'pauses-and-quits-spawned',
      'two-at-once-by-their-names-spawned',
      'two-at-once-by-their-names-spawned-2',
    ]);
    const texts = (): string[] => readdirSync(tapes).map((name) => readFileSync(join(tapes, name), 'utf8'));
    const before = texts();

    for (const CI of ['', '1']) {
      using replayed = await run({ ...NO_QEMU, QMP_BACKEND: 'replay', CI });
      expect(outcome(replayed), replayed.output).toEqual(ALL_PASS);
    }

    // The code under test sends something else than it did.
    using changed = await run({ ...NO_QEMU, QMP_BACKEND: 'replay', CHANGED_COMMAND: 'cont' });
    const words = told(changed, 'pauses, and quits');
    expect(words).toMatch(/pauses-and-quits-spawned-\w+\.jsonl:\d+/);
    expect(words).toMatch(/cont was never recorded/);
    expect(words).toMatch(/record it again: QMP_BACKEND=record QMP_CASSETTE_MODE=update npx vitest run/);

    // It starts one machine less.
    using fewer = await run({ ...NO_QEMU, QMP_BACKEND: 'replay', NOT_STARTED: 'b' });
    expect(told(fewer, 'two at once, by their names')).toMatch(
      /^CassetteDriftError: 2 QEMUs were recorded, and 1 started in the replay. These didn't start:\n {2}✗ \S+spawned-2-\w+\.jsonl: qemu-system-x86_64 .*-name b .*\nIf the code has changed for good, record again by QMP_BACKEND=record QMP_CASSETTE_MODE=update npx vitest run/,
    );

    // The real one says the same again, and recorded anew it is what it was.
    using compared = await run({ QMP_BACKEND: 'record', QMP_CASSETTE_MODE: 'lockdown' });
    expect(outcome(compared), compared.output).toEqual(ALL_PASS);
    using again = await run({ QMP_BACKEND: 'record', QMP_CASSETTE_MODE: 'update' });
    expect(outcome(again), again.output).toEqual(ALL_PASS);
    expect(texts()).toEqual(before);
  });
});

test('where there is no cassette such a test is skipped, and fails in CI', async () => {
  const folder = temporaryDirectory('qmp-tapes-');
  const env = { ...NO_QEMU, QMP_BACKEND: 'replay', QMP_CASSETTE_DIR: folder };
  using skipped = await runVitest('spawned', { env: { ...env, CI: undefined } });
  expect(skipped.tests.get('is killed')?.status).toBe('skipped');
  expect(skipped.output).toMatch(/There is no cassette .*-spawned-\w+\.jsonl: record one with/);
  using failed = await runVitest('spawned', { env: { ...env, CI: '1' } });
  expect(failed.tests.get('is killed')?.status).toBe('failed');
  expect(told(failed, 'is killed')).toMatch(/There is no cassette .*-spawned-\w+\.jsonl/);
});
