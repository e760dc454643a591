import { describe, expect, test, vi } from 'vitest';
import { mergeOptions } from '../src/options.ts';
import { runVitest, type NestedRun } from './support/run-vitest.ts';
import { numbers, OLDEST } from './support/versions.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Observations of each nested test. */
function seen(run: NestedRun): Record<string, unknown> {
  return Object.fromEntries([...run.tests].map(([title, { meta }]) => [title, meta['seen']]));
}

describe('the order of options', () => {
  test('a project before the root, both before `withQmp`; an override before them all', async () => {
    using root = await runVitest('options', { args: ['--project=plain'] });
    expect(root.code).toBe(0);
    expect(seen(root)).toMatchObject({
      'as provided': { qmpBackend: 'mock', qmpTransport: 'connect', version: numbers(OLDEST) },
      'in a suite': { qmpTransport: 'accept', name: 'mine', major: numbers(OLDEST).major },
      'below what is provided': { qmpTransport: 'connect', name: 'from code', major: numbers(OLDEST).major },
      'which backend': 'mock',
    });
    using project = await runVitest('options', { args: ['--project=own'] });
    expect(seen(project)).toMatchObject({ 'as provided': { qmpTransport: 'fd' } });
  });

  test('the environment before what is provided; an override before the environment', async () => {
    using run = await runVitest('options', {
      args: ['--project=plain'],
      env: { QMP_BACKEND: 'qemu', QMP_TRANSPORT: 'fd' },
    });
    expect(seen(run)).toMatchObject({
      // Asking for `mock` decides before the environment does.
      'as provided': { qmpBackend: 'qemu', qmpTransport: 'fd', version: { major: 7 } },
      'which backend': 'qemu',
    });
  });

  test('a name that is none fails each test that has it, and says where it comes from', async () => {
    using run = await runVitest('options', { args: ['--project=plain'], env: { QMP_TRANSPORT: 'telnet' } });
    expect(run.code).toBe(1);
    expect(run.output).toContain(
      'Expected `QMP_TRANSPORT` to be one of auto, accept, connect, fd, got "telnet"',
    );
  });
});

test('option objects are laid over each other member by member; `undefined` says nothing', () => {
  expect(
    mergeOptions<{ a: number; b: number; c: number }>(
      { a: 1, b: 1 },
      undefined,
      { b: 2, a: undefined },
      { c: 3 },
    ),
  ).toEqual({
    a: 1,
    b: 2,
    c: 3,
  });
});
