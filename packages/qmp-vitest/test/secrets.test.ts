import { readdirSync, readFileSync, statSync } from 'node:fs';

import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { needQemu } from './support/real-qemu.ts';
import { runVitest, type NestedRun } from './support/run-vitest.ts';
import { temporaryDirectory } from '../../../tools/src/lib/temporary.ts';

vi.setConfig({ testTimeout: 180_000 });

/** Secrets of one run, in the forms that make trouble. None of them is part of another, or of a word. */
function makeSecrets(): Record<string, string> {
  let number = Math.floor(Math.random() * 1e6);
  const unique = (): string => `zq${(number++).toString(36)}`;
  return {
    vnc: `Vnc${unique()}`,
    data: `da,${unique()},"x" ${unique()}`,
    cookie: `sid=${unique()}; other=${unique()}`,
    url: `p@ss/${unique()}`,
    hmp: `h'${unique()} ${unique()}`,
    expected: `exp${unique()}`,
    variable: `tok_${unique()}`,
  };
}

/** Every text that a run has left: what its reporters wrote, its logs, and what is in a folder. */
function textsOf(run: NestedRun, folder?: string): Record<string, string> {
  const files = (path: string): [string, string][] =>
    readdirSync(path, { recursive: true })
      .map((name) => join(path, String(name)))
      .filter((file) => statSync(file).isFile())
      .map((file) => [file, readFileSync(file, 'utf8')]);
  return {
    output: run.output,
    junit: run.junit,
    json: JSON.stringify([...run.tests]),
    ...Object.fromEntries(files(run.folder)),
    ...(folder === undefined ? {} : Object.fromEntries(files(folder))),
  };
}

/** Each secret, and each part of it that tells, wherever it is. */
function expectNone(texts: Record<string, string>, secrets: Record<string, string>): void {
  const parts = Object.values(secrets).flatMap((secret) => secret.match(/\w*zq\w+/g) ?? []);
  const found = Object.entries(texts).flatMap(([where, text]) =>
    text
      .split('\n')
      .flatMap((line) => (parts.some((part) => line.includes(part)) ? [`${where}: ${line}`] : [])),
  );
  expect(found).toEqual([]);
}

async function runWith(
  secrets: Record<string, string>,
  file: string,
  env: Record<string, string> = {},
): Promise<NestedRun> {
  return runVitest('secrets', { file, env: { TOLD: JSON.stringify(secrets), ...env } });
}

function statesOf(run: NestedRun): string[] {
  return [...new Set([...run.tests.values()].map(({ status }) => status))];
}

describe('secrets of a test', () => {
  test('are in no report and no log of tests against the mock', async () => {
    const secrets = makeSecrets();
    using run = await runWith(secrets, 'mock', { NODE_DEBUG: 'qmp' });
    expect(statesOf(run), run.output).toEqual(['failed']);
    expectNone(textsOf(run), secrets);
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(run.output).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\r(?!\n)/);
    const told = run.tests.get('a block device')?.failureMessages.join('\n');
    expect(told).toContain('"url":"https://me:${redacted}@host/disk","cookie":"${redacted}"');
    expect(run.tests.get('an environment')?.failureMessages.join('\n')).toContain(
      "-object 'secret,id=s,data=${redacted}'",
    );
  });

  test('are not in the conversations of tests that pass, either', async () => {
    const secrets = makeSecrets();
    using run = await runVitest('secrets', {
      file: 'mock',
      args: ['-t', 'the human monitor|a block device'],
      env: { TOLD: JSON.stringify(secrets), QMP_TRANSCRIPT: 'all' },
    });
    expectNone(textsOf(run), secrets);
  });

  describe('against QEMU', () => {
    needQemu();

    test('are in no report and no log', async () => {
      const secrets = makeSecrets();
      using run = await runWith(secrets, 'qemu');
      expect(statesOf(run), run.output).toEqual(['failed']);
      expectNone(textsOf(run), secrets);
      const told = run.tests.get('a launch that fails')?.failureMessages.join('\n');
      // QEMU repeats the option that it refuses.
      expect(told).toMatch(/qemu-system-\w+: -object secret,id=s,data=\$\{redacted\},no-such=1: /);
      expect(told).toContain("env 'MY_SECRET_TOKEN=${redacted}' ");
    });

    test('are in no cassette; a replay takes any in their place, and tells none where it has drifted', async () => {
      const folder = temporaryDirectory('qmp-cassettes-');
      const cassettes = { QMP_CASSETTE_DIR: folder };
      const secrets = makeSecrets();
      using recorded = await runWith(secrets, 'cassette', { QMP_BACKEND: 'record', ...cassettes });
      expect(statesOf(recorded), recorded.output).toEqual(['passed']);
      expectNone(textsOf(recorded, folder), secrets);
      const others = makeSecrets();
      using replayed = await runWith(others, 'cassette', { QMP_BACKEND: 'replay', ...cassettes });
      expect(statesOf(replayed), replayed.output).toEqual(['passed']);
      using drifted = await runWith(others, 'cassette', { QMP_BACKEND: 'replay', DRIFT: '1', ...cassettes });
      expect(statesOf(drifted), drifted.output).toEqual(['failed']);
      expectNone(textsOf(drifted, folder), others);
    });
  });
});
