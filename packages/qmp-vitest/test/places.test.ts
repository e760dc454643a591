import { expect, test, vi } from 'vitest';
import { runVitest } from './support/run-vitest.ts';

vi.setConfig({ testTimeout: 120_000 });

test.each([
  [
    'describe',
    "withQmp with the scope 'file' has to be called at the top level of a file, outside of every `describe`",
  ],
  ['hook', 'withQmp has to be called at the top level of a file or in a `describe`, not in a hook or a test'],
  ['no-test', 'withQmp adds fixtures to a `test` of Vitest: give it that'],
])('withQmp in the wrong place (%s) is one error of one sentence', async (file, sentence) => {
  using run = await runVitest('places', { file });
  expect(run.code).toBe(1);
  expect(run.output.match(/^\w*Error: .*/gm)).toEqual([
    expect.stringContaining(`QmpStateError: ${sentence}`),
  ]);
});
