import { describe, expect, test, vi } from 'vitest';
import { needQemu } from './support/real-qemu.ts';
import { runVitest } from './support/run-vitest.ts';
import { NOWHERE } from './support/nowhere.ts';

vi.setConfig({ testTimeout: 120_000 });

test('a suite that needs a QEMU is skipped where there is none, with the reason', async () => {
  using run = await runVitest('require', { env: { QMP_QEMU_BINARY: `${NOWHERE}/qemu` } });
  expect(run.code).toBe(0);
  expect(run.tests.get('needs it')?.status).toBe('skipped');
  expect(run.tests.get('needs any')?.status).toBe('skipped');
  expect(run.tests.get('needs none')?.status).toBe('passed');
  expect(run.output).toContain(`QMP_QEMU_BINARY names "${NOWHERE}/qemu"`);
});

test('and fails under QMP_REQUIRE_QEMU=1', async () => {
  const env = { QMP_QEMU_BINARY: `${NOWHERE}/qemu`, QMP_REQUIRE_QEMU: '1' };
  using run = await runVitest('require', { env });
  expect(run.tests.get('needs any')?.status).toBe('failed');
  expect(run.tests.get('needs none')?.status).toBe('passed');
  expect(run.output).toContain('QMP_REQUIRE_QEMU=1 makes this a failure');
});

describe('in CI, where QMP_BACKEND names what needs a QEMU', () => {
  const env = { QMP_QEMU_BINARY: `${NOWHERE}/qemu`, CI: 'true' };

  test('a test fails, and so does a suite that needs one', async () => {
    using run = await runVitest('require', { env: { ...env, QMP_BACKEND: 'qemu' } });
    expect(run.code).toBe(1);
    expect([...run.tests.values()].map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    const told = run.tests.get('needs none')?.failureMessages.join('\n');
    expect(told).toContain('Because CI is set, and QMP_BACKEND=qemu asks for a QEMU, this is a failure.');
    expect(told).toContain(`QMP_QEMU_BINARY names "${NOWHERE}/qemu"`);
  });

  test('a test that asks for one by itself is skipped, as anywhere', async () => {
    using run = await runVitest('require', { env });
    expect(run.tests.get('needs any')?.status).toBe('skipped');
    expect(run.tests.get('needs none')?.status).toBe('passed');
  });
});

describe('where there is a QEMU', () => {
  needQemu();

  test('the version that is there is compared, and said', async () => {
    using run = await runVitest('require');
    expect(run.tests.get('needs it')?.status).toBe('skipped');
    expect(run.tests.get('needs any')?.status).toBe('passed');
    expect(run.output).toMatch(/QEMU >=999 is needed; .* is QEMU \d+/);
  });

  test('in CI, too: a QEMU of another kind is a reason to skip', async () => {
    using run = await runVitest('require', { env: { CI: 'true', QMP_BACKEND: 'qemu' } });
    expect(run.tests.get('needs it')?.status).toBe('skipped');
    expect(run.tests.get('needs none')?.status).toBe('passed');
  });
});
