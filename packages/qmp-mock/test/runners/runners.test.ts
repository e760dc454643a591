/**
 * The mock under other test runners, and under none: the examples that do not use Vitest, each as its README
 * starts it.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

interface Run {
  code: number;
  output: string;
}

/** Runs Node in an example's folder, with the built packages. */
function run(example: string, args: readonly string[]): Promise<Run> {
  const cwd = fileURLToPath(new URL(`../../../../examples/${example}`, import.meta.url));
  // Vitest's variables for its workers aren't for other runners: `node --test` would take itself for part of
  // another run.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|NODE_OPTIONS|NODE_TEST_CONTEXT|JEST)/.test(name),
    ),
  );
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env: { ...env, NODE_ENV: 'test' } }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

test.each<[string, string[], RegExp]>([
  ['plain-script', ['script.mjs'], /^ok: a guest that does not is unplugged$/m],
  ['node-test', ['--test', '--test-reporter=tap'], /^# pass 4$/m],
  [
    'jest',
    ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--ci'],
    /Tests: +3 passed, 3 total/,
  ],
])('%s passes', { timeout: 60_000 }, async (example, args, says) => {
  const { code, output } = await run(example, args);
  expect(code, output).toBe(0);
  expect(output).toMatch(says);
});

test('plain-script ends with 1 where the mock was not used as scripted', { timeout: 60_000 }, async () => {
  const { code, output } = await run('plain-script', ['script.mjs', '--careless']);
  expect(code, output).toBe(1);
  expect(output).toMatch(/quit — expected never, came once\n +defined at script\.mjs:\d+:\d+/);
});
