import { jest } from '@jest/globals';
import { QmpClient, QmpCommandError } from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import { changeMedium } from '../src/change-medium.js';

const locked = new QmpCommandError('GenericError', "Device 'cd0' is locked and force was not specified");

let mock;
let qmp;

beforeEach(async () => {
  mock = new MockQmp();
  qmp = await QmpClient.over(mock.connect());
});

afterEach(async () => {
  jest.useRealTimers();
  try {
    mock.verify();
  } finally {
    await mock.close();
  }
});

test('the drive gets the image, read-only', async () => {
  // Jest's own matchers may stand anywhere inside the arguments.
  mock
    .expect('blockdev-change-medium', {
      id: 'cd0',
      filename: expect.stringMatching(/\.iso$/),
      'read-only-mode': 'read-only',
    })
    .return({});
  expect(await changeMedium(qmp, 'cd0', 'drivers.iso')).toBe(1);
});

test('a tray that is locked is asked for again', async () => {
  // Jest holds the code under test still; the mock and its client do not care.
  jest.useFakeTimers();
  mock.handle('blockdev-change-medium', function* () {
    yield locked;
    return {};
  });
  const changing = changeMedium(qmp, 'cd0', 'drivers.iso', 60_000);
  await mock.waitForCommand('blockdev-change-medium');
  while (jest.getTimerCount() === 0) await qmp.execute('query-name');
  jest.advanceTimersByTime(60_000);
  expect(await changing).toBe(2);
});

test('in the end it gives up, with what QEMU said', async () => {
  mock.expect('blockdev-change-medium').times(3).error(locked.class, locked.desc);
  await expect(changeMedium(qmp, 'cd0', 'drivers.iso', 0)).rejects.toThrow('is locked');
});
