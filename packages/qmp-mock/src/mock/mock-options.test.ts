import { QmpOptionError } from 'qmp-core';
import { expect, onTestFinished, test } from 'vitest';
import { FaultProxy } from '../cassette/proxy/fault-proxy.ts';
import { MockQmp } from './mock-qmp.ts';
import { MOCK_OPTIONS, type MockQmpOptions } from './mock-options.ts';

function mockOf(options?: MockQmpOptions): MockQmp {
  const mock = new MockQmp(options);
  onTestFinished(() => mock.close());
  return mock;
}

const failure = async (call: () => unknown): Promise<QmpOptionError> => {
  try {
    await call();
  } catch (error) {
    return error as QmpOptionError;
  }
  return expect.unreachable('it was accepted');
};

test.each<[string, string | undefined]>([
  ['version', 'qemu'],
  ['machine', 'args'],
  ['onUnhandledCommand', 'onNotModelled'],
  ['prety', 'pretty'],
  ['colour', undefined],
])('%s is no option of a mock', async (key, meant) => {
  const error = await failure(() => new MockQmp({ [key]: 'x' }));
  expect(error).toBeInstanceOf(QmpOptionError);
  expect(error.option).toBe(key);
  const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
  expect(error.message).toBe(
    `Expected \`${key}\` to be an option of MockQmp, got an unknown name.${hint} The options are ${Object.keys(MOCK_OPTIONS).join(', ')}`,
  );
});

test.each<[string, (mock: MockQmp) => unknown, string]>([
  ['oob', () => new MockQmp({ oob: 1 as never }), 'true or false, got 1'],
  ['qemu', () => new MockQmp({ qemu: 7.2 as never }), 'a string, got 7.2'],
  ['args', () => new MockQmp({ args: '-S' as never }), 'an array of strings, got "-S"'],
  [
    'onNotModelled',
    () => new MockQmp({ onNotModelled: 'nothing' as never }),
    'one of "error", "empty", or a function, got "nothing"',
  ],
  [
    'clock',
    () => new MockQmp({ clock: {} as never }),
    'one of "manual", "system", or a clock with now and after, got {}',
  ],
  ['journalLimit', () => new MockQmp({ journalLimit: -1 }), 'a whole number from 0, or Infinity, got -1'],
  ['reconnect', (mock) => mock.dial('/x', { reconnect: -1 }), 'a number of ms from 0, got -1'],
  ['pretty', (mock) => mock.listen(undefined, { pretty: 'on' as never }), 'true or false, got "on"'],
  ['unchecked', (mock) => mock.handle('stop', {}, { unchecked: 1 as never }), 'true or false, got 1'],
  [
    'timestamp',
    (mock) => mock.emit('STOP', undefined, { timestamp: 'now' as never }),
    'a date, or ms since the epoch, got "now"',
  ],
  ['timeout', (mock) => mock.waitForCommand('stop', { timeout: -1 }), 'a number of ms from 0, got -1'],
  ['count', (mock) => mock.waitForCommand('stop', { count: 0 }), 'a whole number from 1, or Infinity, got 0'],
  ['fault.splitEvery', (mock) => mock.fault.splitEvery(0.5), 'given a whole number from 1, got 0.5'],
  [
    'fault.named',
    (mock) => mock.fault.named('x'),
    'given one-byte-per-write, split-every=BYTES or merge-writes, got "x"',
  ],
  ['.times()', (mock) => mock.expect('stop').times(-1), 'given a whole number from 0, got -1'],
  [
    'clock',
    () => new FaultProxy({ clock: 'x' as never }),
    'one of "manual", "system", or a clock with now and after, got "x"',
  ],
])('%s: a value that makes no sense', async (option, set, expected) => {
  const mock = mockOf();
  const error = await failure(() => set(mock));
  expect(error).toBeInstanceOf(QmpOptionError);
  expect(error.message).toBe(`Expected \`${option}\` to be ${expected}`);
  expect(error).toMatchObject({ code: 'QMP_STATE', option });
});

test.each<[string, (mock: MockQmp, options: never) => unknown]>([
  ['listen', (mock, options) => mock.listen(undefined, options)],
  ['dial', (mock, options) => mock.dial('/x', options)],
  ['serve', (mock, options) => mock.connect(options)],
  ['handle', (mock, options) => mock.handle('stop', {}, options)],
  ['handle', (mock, options) => mock.handleOnce('stop', {}, options)],
  ['expect', (mock, options) => mock.expect('stop', {}, options)],
  ['emit', (mock, options) => mock.emit('STOP', undefined, options)],
  ['waitForCommand', (mock, options) => mock.waitForCommand('stop', options)],
  ['FaultProxy', (_mock, options) => new FaultProxy(options)],
])('%s refuses an unknown option', async (of, call) => {
  const mock = mockOf();
  const error = await failure(() => call(mock, { nonsense: 1 } as never));
  expect(error).toBeInstanceOf(QmpOptionError);
  expect(error.message).toContain(`Expected \`nonsense\` to be an option of ${of}, got an unknown name`);
});
