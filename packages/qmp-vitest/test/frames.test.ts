import { expect, test, vi } from 'vitest';
import { runVitest } from './support/run-vitest.ts';

vi.setConfig({ testTimeout: 120_000 });

test('what does not start fails at the line of the test that asked for it, if there is one', async () => {
  using run = await runVitest('frames');
  const firstFrames = [...run.tests.values()].map(({ title, failureMessages: [message = ''] }) => {
    const frames = message.split('\n').filter((line) => line.startsWith('    at '));
    expect(frames.filter((line) => /\/qmp-(?:core|mock|vitest)\/(?:src|dist)\//.test(line))).toEqual([]);
    return [title, /frames\.nested\.ts:\d+/.exec(frames[0] ?? '')?.[0]];
  });
  expect(firstFrames).toEqual([
    ['a mock', undefined],
    ['launch', 'frames.nested.ts:15'],
    ['next', 'frames.nested.ts:19'],
  ]);
});
