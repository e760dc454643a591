/** The language of patterns itself is tested in qmp-core; here, that each place that takes one speaks it. */
import { QmpClient, QmpOptionError } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exactly, MockQmp } from '../../index.ts';

async function pair(): Promise<{ mock: MockQmp; remove: (id: string) => Promise<unknown> }> {
  const mock = new MockQmp();
  onTestFinished(() => mock.close());
  const client = await QmpClient.over(mock.connect());
  const remove = (id: string): Promise<unknown> => client.execute('device_del', { id }).catch(() => {});
  return { mock, remove };
}

const patterns: [title: string, id: unknown, matches: boolean][] = [
  ['the value', 'nic0', true],
  ['another value', 'nic1', false],
  ['a RegExp', /^nic\d$/, true],
  ['a RegExp that does not match', /^nope/, false],
  ['an object', {}, false],
  ['a predicate', (id: unknown) => id === 'nic0', true],
  ['a predicate that refuses', () => false, false],
  ['a matcher', expect.stringContaining('nic'), true],
  ['a matcher that refuses', expect.stringContaining('disk'), false],
  ['exactly the value', exactly('nic0'), true],
  ['absence', undefined, false],
];

describe.for(patterns)('%s as a member of a pattern', ([, id, matches]) => {
  test('in expect', async () => {
    const { mock, remove } = await pair();
    mock.expect('device_del', { id }).return({});
    await remove('nic0');
    if (matches) mock.verify();
    else expect(() => mock.verify()).toThrow('1 expectation not met');
  });

  test('in a scenario', async () => {
    const { mock, remove } = await pair();
    mock.scenario((vm) => void vm.on('device_del', { id }).return({}));
    await remove('nic0');
    if (matches) mock.verify();
    else expect(() => mock.verify()).toThrow('1 scenario not played to the end');
  });

  test('in waitForCommand', async () => {
    const { mock, remove } = await pair();
    await remove('nic0');
    const command = mock.waitForCommand('device_del', { match: { id }, timeout: matches ? Infinity : 0 });
    if (matches) expect(await command).toMatchObject({ arguments: { id: 'nic0' } });
    else await expect(command).rejects.toMatchObject({ code: 'QMP_TIMEOUT' });
  });
});

test('a pattern is copied when it is given', async () => {
  const { mock, remove } = await pair();
  const wanted = { id: 'nic0' };
  mock.expect('device_del', wanted).return({});
  mock.expect('device_del', exactly(wanted)).return({});
  const command = mock.waitForCommand('device_del', { match: wanted });
  wanted.id = 'nic1';
  await remove('nic0');
  await remove('nic0');
  await command;
  mock.verify();
});

test('what would match every object is refused where it is written', async () => {
  const { mock } = await pair();
  const pattern = { id: new Map([['a', 1]]) };
  expect(() => mock.expect('device_del', pattern)).toThrow(QmpOptionError);
  await expect(mock.waitForCommand('device_del', { match: pattern })).rejects.toThrow(QmpOptionError);
});
