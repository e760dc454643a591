import { expect, test, vi } from 'vitest';
import { modeFor } from './options.ts';
import { cassettePath } from './place.ts';

const path = (names: readonly string[], machine: string = 'vm', directory?: string): string =>
  cassettePath({ file: '/p/test/disks.test.ts', names }, machine, directory);

test('a cassette lies beside its test file, under the names of file and test', () => {
  expect(path(['backs a disk up'])).toBe('/p/test/__cassettes__/disks.test.ts/backs-a-disk-up.jsonl');
  expect(path(['a'], 'vm', '../tapes')).toBe('/p/tapes/disks.test.ts/a.jsonl');
  expect(path(['a'], 'vm', '/tapes')).toBe('/tapes/disks.test.ts/a.jsonl');
});

test('no two tests or machines share one', () => {
  const long = 'x'.repeat(300);
  const names = [['a b'], ['a', 'b'], ['A b'], ['a-b'], ['a b!'], [long], [`${long}y`], ['…'], ['¡']];
  const paths = [...names.map((one) => path(one)), path(['a b'], 'vm2'), path(['a b'], 'vm3')];
  expect(new Set(paths).size).toBe(paths.length);
  for (const one of paths) expect(one.length).toBeLessThan(200);
});

test.each([
  ['replay', {}, 'replay'],
  ['replay', { CI: '1' }, 'lockdown'],
  ['record', {}, 'record'],
  ['record', { CI: '1' }, 'record'],
  ['record', { CI: '1', QMP_CASSETTE_MODE: 'lockdown' }, 'lockdown'],
  ['replay', { CI: '1', QMP_CASSETTE_MODE: 'replay' }, 'replay'],
] as const)('to %s with %j is the mode %s', (backend, env, mode) => {
  vi.stubEnv('CI', undefined);
  vi.stubEnv('QMP_CASSETTE_MODE', undefined);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  expect(modeFor(backend, {})).toBe(mode);
  expect(modeFor(backend, { mode: 'update' })).toBe('update');
});
