import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { needQemu } from './support/real-qemu.ts';
import { runVitest, type NestedRun } from './support/run-vitest.ts';

const HEADING = '── what the machine saw ──';
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

describe('a failed test tells the story of its QEMU', () => {
  needQemu();
  let run: NestedRun;

  beforeAll(async () => {
    run = await runVitest('qemu', { file: 'failures' });
  });

  afterAll(() => run[Symbol.dispose]());

  test.each([
    ['the machine crashes', [/Disconnected/, /→ {2}stop/, /exit: killed by SIGSEGV/, /-machine none/]],
    [
      'an event that never comes',
      [/the event RESET/, /⚡ {2}STOP/, /exit: still running when the test failed/],
    ],
    [
      'wrong arguments',
      [/Parameter 'id' is missing/, /→ {2}device_del \{"device":"nic0"\}/, /stderr: empty/],
    ],
    ['warned', [/after the warning/, /stderr:\n.*no_such_event/]],
    ['the body is too slow', [/timed out in 10000ms/, /→ {2}stop/, /still running/]],
    ['too slow to start', [/timed out in 500ms/, /vm: still starting when the test failed/]],
    ['two machines', [/one of two/, /→ {2}stop/, /target: QEMU/, /→ {2}query-name/]],
  ])('%s', (title, patterns) => {
    const text = run.tests.get(title)?.failureMessages.join('\n') ?? '';
    for (const pattern of patterns) expect(text).toMatch(pattern);
    expect(text.split(HEADING)).toHaveLength(2);
  });

  test('a QEMU that refuses its command line says so itself', () => {
    const text = run.tests.get('refused device')?.failureMessages.join('\n') ?? '';
    expect(text).toContain("'no-such-device' is not a valid device model name");
    expect(text).toContain('exit code 1');
    expect(text).toContain('-device no-such-device');
  });

  test('the end of the test is no part of the story', () => {
    expect(run.output).not.toMatch(/→ {2}quit/);
  });
});
