import * as fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { fewerBytes } from '../random/damaged.ts';
import { monitorInput } from '../random/monitor-input.ts';
import { runCampaign } from './campaign.ts';

const told = (): string => vi.mocked(console.log).mock.calls.flat().join('\n');

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  return () => vi.restoreAllMocks();
});

test('says that all inputs were as they should be', async () => {
  const campaign = {
    name: 'sums',
    input: fc.integer(),
    show: String,
    check: () => Promise.resolve(undefined),
  };
  expect(await runCampaign(campaign, { inputs: 50, seed: 3 })).toBe(true);
  expect(told()).toMatch(/^sums: 50 inputs \(seed 3\) in [\d.]+ s: all as they should be$/);
});

test('shrinks the first input that is wrong, tells it, and finds it again by its path', async () => {
  const campaign = {
    name: 'bytes',
    input: monitorInput,
    smaller: fewerBytes,
    show: (bytes: Uint8Array) => JSON.stringify(Buffer.from(bytes).toString('latin1')),
    check: (bytes: Uint8Array) => Promise.resolve(bytes.includes(0x7b) ? 'a brace' : undefined),
  };
  expect(await runCampaign(campaign, { inputs: 500, seed: 1 })).toBe(false);
  const first = told();
  expect(first).toContain('bytes: a brace\n  smallest input: "{"\n  to repeat: --seed 1 --path ');
  vi.mocked(console.log).mockClear();
  const path = /--path (\S+)/.exec(first)![1];
  expect(await runCampaign(campaign, { inputs: 1, seed: 1, path })).toBe(false);
  expect(told()).toContain('smallest input: "{"');
});
