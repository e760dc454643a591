import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runVitest, type NestedRun } from './support/run-vitest.ts';

const HEADING = '── what the machine saw ──';
let run: NestedRun;

beforeAll(async () => {
  run = await runVitest('mock', { file: 'failures' });
}, 60_000);

afterAll(() => run[Symbol.dispose]());

/** All that the report says of a test. */
function report(title: string): string {
  const found = run.tests.get(title);
  expect(found, `${title} is among the tests`).toBeDefined();
  return found?.failureMessages.join('\n') ?? '';
}

describe('a failed test tells the story of its machine', () => {
  test.each([
    ['a command that QEMU does not have', /CommandNotFound/, /← {2}eject-all-the-things: CommandNotFound/],
    ['wrong arguments', /GenericError/, /→ {2}device_del \{"device":"nic0"\}/],
    ['a wrong assertion', /running/, /← {2}query-status: \{.*"paused"/],
    ['an event that never comes', /Expected the event RESET.*did not come within 10 ms/, /⚡ {2}STOP/],
    ['an unmet expectation', /system_reset/, /→ {2}query-status/],
    ['a machine that goes away', /Disconnected/, /→ {2}stop/],
    ['two machines', /one of two/, /target: mock/],
    ['a machine that nobody talked to', /received no command/, /no QMP message was exchanged/],
    ['its own teardown throws', /my teardown/, /→ {2}query-status/],
  ])('%s', (title, error, story) => {
    const text = report(title);
    expect(text).toMatch(error);
    expect(text).toContain(HEADING);
    expect(text.slice(text.indexOf(HEADING))).toMatch(story);
    expect(text.split(HEADING)).toHaveLength(2);
  });

  test('as the documentation shows it', () => {
    const page = readFileSync(new URL('../../../docs/failures.md', import.meta.url), 'utf8');
    const samples = [...page.matchAll(/```text\n([^`]*)```/g)].map(([, sample = '']) => sample);
    expect(samples).toHaveLength(3);
    // Times and numbers of versions are those of a run, a path that of a machine.
    const plain = (text: string): string[] =>
      text
        .replace(/\d+\.\d ms/g, 'T')
        .replace(/QEMU \d+\.\d+(\.\d+)?/g, 'QEMU')
        .replace(/\S*\/failures\.nested/g, 'failures.nested')
        .split('\n')
        .map((line) => line.trim());
    const said = new Set(plain(run.output));
    expect(samples.flatMap(plain).filter((line) => !said.has(line))).toEqual([]);
  });

  test('which ends with what the mock has found', () => {
    const text = report('a near miss, an answer that is not modelled, an event that waits');
    expect(text).toContain('QmpTimeoutError');
    const findings = text.slice(text.indexOf('  findings:\n'));
    expect(findings).toMatch(/✗ device_del \{"id":"disk0"\} — expected once, came never\n/);
    expect(findings).toMatch(/came instead: device_del \{"id":"disk1"\}\n/);
    expect(findings).toMatch(/✗ dumpdtb /);
    expect(findings).toMatch(
      /1 event waits for mock\.clock\.advance\(500\): DEVICE_DELETED, at \S*failures\.nested\.ts:\d+:\d+\n/,
    );
    expect(findings.split('Full log: ')).toHaveLength(2);
    expect(report('findings of a mock that the test only talks to')).toMatch(/findings:\n[^]*dumpdtb/);
    expect(report('a wrong assertion')).not.toContain('findings');
  });

  test('and says so once where the mock itself complains', () => {
    expect(report('an unmet expectation').match(/expected once, came never/g)).toHaveLength(1);
  });

  test('in every reporter', () => {
    const said = '←  eject-all-the-things: CommandNotFound';
    expect(run.output.split(said).length, 'terminal and GitHub Actions').toBeGreaterThanOrEqual(3);
    expect(run.output).toMatch(/::error .*eject-all-the-things/);
    expect(run.junit).toContain('eject-all-the-things: CommandNotFound');
  });

  test('and where its full log is', () => {
    const path = /Full log: (.*\.log)/.exec(report('a wrong assertion'))?.[1] ?? '';
    expect(readFileSync(path, 'utf8')).toContain('"execute":"query-status"');
    expect(run.tests.get('a wrong assertion')?.meta).toMatchObject({
      qmp: { log: path, machines: [{ name: 'vm' }] },
    });
  });
});

test('logs of failed tests are kept, of passing ones not', () => {
  expect(existsSync(run.logs)).toBe(true);
  const logs = readdirSync(run.logs).join('\n');
  expect(logs).toContain('a-wrong-assertion');
  expect(logs).not.toContain('failures-passes-1');
  expect(logs).not.toContain('fails-as-it-should');
  expect(logs).not.toContain('skipped');
});

test('a mock that was not satisfied fails a test whose body passed', () => {
  expect(run.tests.get('an unmet expectation')?.status).toBe('failed');
});

test('a body that failed is not blamed for its mock as well', () => {
  const text = report('an unmet expectation in a body that fails anyway');
  expect(text).toContain('the body failed first');
  expect(text).not.toContain('VerificationError');
});

test('a test that asks for two backends is told how to get them', () => {
  expect(report('both backends at once')).toContain("launch({ backend: 'qemu' })");
  expect(report('and a test that asks for QEMU')).toContain('let it ask for `qemu` too');
});

describe('retries', () => {
  test('each attempt has a machine of its own', () => {
    expect(run.tests.get('passes at the second attempt')?.status).toBe('passed');
  });

  test('each failed attempt has its own story, and its own log', () => {
    const messages = run.tests.get('fails at both attempts')?.failureMessages ?? [];
    expect(messages.map((message) => message.split(HEADING).length)).toEqual([2, 2]);
    expect(messages[0]).toMatch(/attempt 0[^]*→ {2}stop/);
    expect(messages[1]).toMatch(/attempt 1[^]*→ {2}query-name/);
    expect(messages[1]).toMatch(/-attempt2\.log/);
  });
});

test('a failure that was wanted gets no story', () => {
  expect(run.tests.get('passes because it fails as it should')?.status).toBe('passed');
});

test('a test may skip itself while it has a machine', () => {
  expect(run.tests.get('is skipped in its body')?.status).toMatch(/skipped|pending/);
  expect(run.output).toContain('for a reason of its own');
});

test('concurrent tests do not mix their conversations', () => {
  expect(report('stop')).not.toContain('query-name');
  expect(report('query-name')).not.toMatch(/→ {2}stop/);
});

test('logs can be turned off', async () => {
  using quiet = await runVitest('mock', {
    file: 'failures',
    env: { QMP_LOGS: 'off' },
    args: ['-t', 'wrong arguments'],
  });
  expect(quiet.output).toContain(HEADING);
  expect(quiet.output).not.toContain('Full log');
  expect(existsSync(quiet.logs)).toBe(false);
}, 60_000);
