import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inRepository } from '../lib/repository.ts';
import { runToEnd } from '../lib/run-to-end.ts';
import { VITEST } from '../lib/vitest.ts';
import { snippetsOf, writeSnippets } from './snippets.ts';

/** Pages whose code is complete files: all guides. */
const PAGES = [
  ...['start', 'recipes', 'from-a-hand-made-fake', 'from-python'].map((page) => `docs/${page}.md`),
  ...readdirSync(inRepository('docs/guide')).map((page) => `docs/guide/${page}`),
];

// Below `tools`, from where the packages are found by their names.
const folder = inRepository(`tools/node_modules/.snippets-${process.pid}`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what the guides show is test files that pass', { timeout: 300_000 }, async () => {
  mkdirSync(folder, { recursive: true });
  for (const page of PAGES) writeSnippets(inRepository(page), join(folder, basename(page, '.md')));
  const deadlines = { testTimeout: 60_000, hookTimeout: 60_000 };
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `export default { test: ${JSON.stringify(deadlines)} };\n`,
  );

  const report = join(folder, 'report.json');
  const args = ['run', '--root', folder, '--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const { code, output } = await runToEnd(VITEST, args, {
    cwd: folder,
    env: { QMP_BACKEND: 'mock', QMP_LOGS: 'off', NO_COLOR: '1', QMP_REQUIRE_QEMU: '' },
  });

  expect(code, output).toBe(0);
  const { testResults, numPassedTests } = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    testResults: unknown[];
  };
  const files = PAGES.flatMap((page) => snippetsOf(inRepository(page))).filter(({ name }) =>
    name.endsWith('.test.ts'),
  );
  expect(testResults).toHaveLength(files.length);
  expect(numPassedTests).toBeGreaterThan(files.length);
});
