import { describe, expect, test, vi } from 'vitest';
import { needQemu } from './support/real-qemu.ts';
import { runVitest, type NestedRun } from './support/run-vitest.ts';
import { NOWHERE } from './support/nowhere.ts';

vi.setConfig({ testTimeout: 120_000 });

function expectShared(run: NestedRun): void {
  const states = Object.fromEntries([...run.tests].map(([title, { status }]) => [title, status]));
  expect(states).toEqual({
    'finds the machine prepared': 'passed',
    'finds it as the test before has left it': 'passed',
    'fails, and tells only its own part': 'failed',
    'ends it': 'passed',
    'finds a fresh one': 'passed',
  });
  const story = run.tests.get('fails, and tells only its own part')?.failureMessages.join('\n') ?? '';
  expect(story).toMatch(/shared vm: /);
  expect(story).toMatch(/→ {2}query-name/);
  expect(story).not.toMatch(/→ {2}cont|→ {2}stop/);
}

function expectEnded(run: NestedRun, ways: number): void {
  const failed = [...run.tests].filter(([, { status }]) => status !== 'passed').map(([title]) => title);
  expect(failed, run.output).toEqual([]);
  expect(run.tests.size).toBe(2 * ways);
}

describe('a machine that the tests of a file share', () => {
  test('on the mock', async () => {
    using run = await runVitest('shared');
    expectShared(run);
  });

  describe('on QEMU', () => {
    needQemu();

    test('lives as long as the file', async () => {
      using run = await runVitest('shared', { env: { QMP_BACKEND: 'qemu' } });
      expectShared(run);
    });
  });

  test('is not given to the next test when it has ended, or is about to (on the mock)', async () => {
    using run = await runVitest('shared-end');
    expectEnded(run, 9);
  });

  describe('on QEMU', () => {
    needQemu();

    test('is not given to the next test when it has ended, or is about to', async () => {
      using run = await runVitest('shared-end', { env: { QMP_BACKEND: 'qemu' } });
      expectEnded(run, 11);
    });
  });

  test('is prepared anew after a failure; who fails then is told the first failure, too', async () => {
    using run = await runVitest('shared-prepare');
    const told = (title: string): string => run.tests.get(title)?.failureMessages.join('\n') ?? '';
    expect(told('meets the failure')).toContain('the first prepare failed');
    expect(told('meets the failure')).toMatch(/shared vm: mock[^]*qmp_capabilities/);
    expect(run.tests.get('after a failure: a machine that is prepared')?.status).toBe('passed');
    expect(told('meets failure 1')).toContain('the image is broken');
    expect(told('meets failure 2')).toContain('prepare failed, time 2');
    expect(told('meets failure 3')).toContain('prepare failed, time 3');
    const causes = [...run.output.matchAll(/Caused by: (.*)/g)].map(([, cause]) => cause);
    expect(causes.filter((cause) => cause === 'Error: the image is broken')).toHaveLength(2);
    expect(causes.filter((cause) => cause === 'Error: a lock is held')).toHaveLength(2);
  });

  test('where there is no QEMU each test is skipped, with the reason', async () => {
    using run = await runVitest('shared', {
      env: { QMP_BACKEND: 'qemu', QMP_QEMU_BINARY: `${NOWHERE}/qemu` },
    });
    expect(run.code).toBe(0);
    expect([...run.tests.values()].map(({ status }) => status)).toEqual(Array(5).fill('skipped'));
    expect(run.output).toContain(`QMP_QEMU_BINARY names "${NOWHERE}/qemu"`);
  });

  test('and fails under QMP_REQUIRE_QEMU=1', async () => {
    const env = { QMP_BACKEND: 'qemu', QMP_QEMU_BINARY: `${NOWHERE}/qemu`, QMP_REQUIRE_QEMU: '1' };
    using run = await runVitest('shared', { env });
    expect(run.code).toBe(1);
    expect([...run.tests.values()].map(({ status }) => status)).toEqual(Array(5).fill('failed'));
    expect(run.output).toContain('QMP_REQUIRE_QEMU=1 makes this a failure');
  });
});
