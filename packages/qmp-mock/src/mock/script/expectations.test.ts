import { QmpClient } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../mock-qmp.ts';
import type { MockQmpOptions } from '../mock-options.ts';
import { exactly } from 'qmp-core/matching';

async function pair(options: MockQmpOptions = {}) {
  const mock = new MockQmp(options);
  onTestFinished(() => mock.close());
  const client = await QmpClient.over(mock.connect());
  const run = (name: string, args?: Record<string, unknown>): Promise<unknown> =>
    client.untyped.execute(name, args);
  return { mock, client, run };
}

const DELETED = { device: 'disk0', path: '/machine/peripheral/disk0' };

describe('what follows', () => {
  test('reply and event, in the order in which they are written', async () => {
    const { mock, run } = await pair();
    mock.expect('device_del', { id: 'disk0' }).return({}).emit('DEVICE_DELETED', DELETED);
    mock.expect('device_del', { id: 'disk1' }).emit('DEVICE_DELETED', DELETED).return({});
    await run('device_del', { id: 'disk0' });
    await run('device_del', { id: 'disk1' });
    const deleted = '⚡  DEVICE_DELETED {"device":"disk0","path":"/machine/peripheral/disk0"}';
    expect(String(mock.journal).split('\n')).toEqual([
      '→  device_del {"id":"disk0"}',
      '←  device_del: {}',
      deleted,
      '→  device_del {"id":"disk1"}',
      deleted,
      '←  device_del: {}',
    ]);
    mock.verify();
  });

  test('an error', async () => {
    const { mock, run } = await pair();
    mock.expect('eject').error('DeviceNotFound', "Device 'cd0' not found");
    await expect(run('eject', { device: 'cd0' })).rejects.toMatchObject({ class: 'DeviceNotFound' });
    mock.verify();
  });

  test('after: the reply waits for the clock', async () => {
    const { mock, run } = await pair();
    mock.expect('query-name').after(100).return({ name: 'late' });
    let answer: unknown;
    const pending = run('query-name').then((value) => (answer = value));
    await mock.waitForCommand('query-name');
    mock.clock.advance(99);
    await Promise.resolve();
    expect(answer).toBeUndefined();
    mock.clock.advance(1);
    await pending;
    expect(answer).toEqual({ name: 'late' });
  });

  test('after: events that follow the reply, one turn of the clock for all', async () => {
    const { mock, client, run } = await pair({ clock: undefined });
    mock.clock.setTime(0);
    mock.expect('system_powerdown').return({}).after(20).emit('POWERDOWN').after(30).emit('SHUTDOWN', {
      guest: true,
      reason: 'guest-shutdown',
    });
    await run('system_powerdown');
    expect(await client.pullEvent()).toBeNull();
    mock.clock.advance(50);
    expect(await client.waitForEvent('POWERDOWN')).toMatchObject({
      timestamp: { seconds: 0, microseconds: 20_000 },
    });
    expect(await client.waitForEvent('SHUTDOWN')).toMatchObject({
      timestamp: { seconds: 0, microseconds: 50_000 },
    });
  });

  test('disconnect in place of a reply, and after one', async () => {
    const { mock, run } = await pair();
    mock.expect('query-name').disconnect();
    await expect(run('query-name')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
    const second = await QmpClient.over(mock.connect());
    mock.expect('query-name').return({ name: 'last words' }).disconnect();
    expect(await second.execute('query-name')).toEqual({ name: 'last words' });
    await expect(second.waitForEvent('STOP')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
    mock.verify();
  });

  test('a late disconnect of a client that has left by itself', async () => {
    const { mock, client, run } = await pair();
    mock.expect('query-name').return({}).after(10).disconnect().emit('STOP');
    await run('query-name');
    await client.close();
    await expect.poll(() => mock.connections).toHaveLength(0);
    mock.clock.advance(10);
    mock.verify();
  });

  test('nothing said: the machine acts and answers', async () => {
    const { mock, run } = await pair();
    mock.expect('stop');
    await run('stop');
    expect(String(mock.journal)).toBe('→  stop\n⚡  STOP\n←  stop: {}');
    expect(await run('query-status')).toMatchObject({ running: false });
    mock.verify();
  });

  test('events said, but no reply: {} behind them, and the machine keeps out of it', async () => {
    const { mock, run } = await pair();
    mock.expect('stop').emit('STOP');
    await run('stop');
    expect(String(mock.journal)).toBe('→  stop\n⚡  STOP\n←  stop: {}');
    expect(await run('query-status')).toMatchObject({ running: true });
  });

  test('reply: a handler; silence: none', async () => {
    const { mock, client, run } = await pair();
    mock
      .expect('query-name')
      .times(2)
      .reply([{ name: 'a' }, { name: 'b' }].values());
    expect([await run('query-name'), await run('query-name')]).toEqual([{ name: 'a' }, { name: 'b' }]);
    mock.expect('query-uuid').silence();
    await expect(client.execute('query-uuid', {}, { timeout: 10 })).rejects.toMatchObject({
      code: 'QMP_TIMEOUT',
    });
    mock.verify();
  });

  test('a second reply to one command makes no sense', async () => {
    const { mock } = await pair();
    expect(() => mock.expect('stop').return({}).error('GenericError', 'x')).toThrow(
      'There is already a reply',
    );
    expect(() => mock.expect('stop').disconnect().return({})).toThrow('no reply after .disconnect()');
    expect(() => mock.expect('stop').return(undefined as never)).toThrow('.return() needs a value');
  });
});

describe('which call it is for', () => {
  test.each<[string, unknown, Record<string, unknown>, boolean]>([
    ['any arguments', undefined, { id: 'a' }, true],
    ['some of them', { id: 'a' }, { id: 'a', more: 1 }, true],
    ['others', { id: 'b' }, { id: 'a' }, false],
    ['exactly these', exactly({ id: 'a' }), { id: 'a', more: 1 }, false],
    ['a matcher of the runner', { id: expect.stringMatching(/^a/) }, { id: 'abc' }, true],
    ['a predicate', (args: { n: number }) => args.n > 3, { n: 4 }, true],
    ['a nested one', { a: { b: [1] } }, { a: { b: [1], c: 2 } }, true],
  ])('%s', async (_title, pattern, args, good) => {
    const { mock, run } = await pair();
    mock.expect('x-any', pattern, { unchecked: true }).return(1);
    const answer = run('x-any', args);
    if (good) expect(await answer).toBe(1);
    else await expect(answer).rejects.toMatchObject({ class: 'CommandNotFound' });
  });

  test('of several the first that still needs calls', async () => {
    const { mock, run } = await pair();
    mock.expect('query-name').return({ name: 'first' });
    mock.expect('query-name').return({ name: 'second' }).atLeast(1);
    const answers = [await run('query-name'), await run('query-name'), await run('query-name')];
    expect(answers).toEqual([{ name: 'first' }, { name: 'second' }, { name: 'second' }]);
    mock.verify();
  });

  test('before any handler, and handlers when it is used up', async () => {
    const { mock, run } = await pair();
    mock.expect('query-name').return({ name: 'expected' });
    mock.handle('query-name', { name: 'stub' });
    expect([await run('query-name'), await run('query-name')]).toEqual([
      { name: 'expected' },
      { name: 'stub' },
    ]);
    mock.verify();
  });
});

describe('how often', () => {
  test.each<[string, (mock: MockQmp) => unknown, number, boolean]>([
    ['once, by default', (mock) => mock.expect('query-name'), 1, true],
    ['once: not at all', (mock) => mock.expect('query-name'), 0, false],
    ['once: twice', (mock) => mock.expect('query-name').once(), 2, false],
    ['times(2)', (mock) => mock.expect('query-name').times(2), 2, true],
    ['times(2): one', (mock) => mock.expect('query-name').times(2), 1, false],
    ['times(2): three', (mock) => mock.expect('query-name').times(2), 3, false],
    ['atLeast(2): three', (mock) => mock.expect('query-name').atLeast(2), 3, true],
    ['atLeast(2): one', (mock) => mock.expect('query-name').atLeast(2), 1, false],
    ['atMost(2): none', (mock) => mock.expect('query-name').atMost(2), 0, true],
    ['atMost(2): three', (mock) => mock.expect('query-name').atMost(2), 3, false],
    ['optionally: none', (mock) => mock.expect('query-name').optionally(), 0, true],
    ['optionally: one', (mock) => mock.expect('query-name').optionally(), 1, true],
    ['optionally: two', (mock) => mock.expect('query-name').optionally(), 2, false],
    ['never: none', (mock) => mock.expect('query-name').never(), 0, true],
    ['never: one', (mock) => mock.expect('query-name').never(), 1, false],
  ])('%s', async (_title, expectOn, calls, good) => {
    const { mock, run } = await pair();
    expectOn(mock);
    for (let call = 0; call < calls; call++) await run('query-name');
    if (good) mock.verify();
    else expect(() => mock.verify()).toThrow(/query-name — expected .*, came/);
  });

  test.each([-1, 1.5, NaN, '2' as never])('%s is no number of calls', async (count) => {
    const { mock } = await pair();
    expect(() => mock.expect('stop').times(count)).toThrow(
      'Expected `.times()` to be given a whole number from 0',
    );
  });

  test('in order', async () => {
    const { mock, run } = await pair();
    mock.expect('stop').inOrder();
    mock.expect('query-name');
    mock.expect('cont').inOrder();
    await run('query-name');
    await run('cont');
    await run('stop');
    expect(() => mock.verify()).toThrow(
      /1 command out of order:\n  ✗ cont — came before stop\n      defined at \S*expectations\.test\.ts/,
    );
  });
});

describe('scenarios', () => {
  test('read like a conversation', async () => {
    const { mock, client, run } = await pair();
    const scenario = mock.scenario('power off', (s) => {
      s.on('system_powerdown').return({});
      s.emit('POWERDOWN');
      s.state('going down');
      s.meanwhile('query-status').return({ running: true, status: 'running' });
      s.after(2000);
      s.emit('SHUTDOWN', { guest: true, reason: 'guest-shutdown' });
      s.state('down');
      s.meanwhile('query-status').return({ running: false, status: 'shutdown' });
      s.on('quit').return({});
      s.disconnect();
    });
    expect(scenario).toMatchObject({ state: 'start', finished: false });
    await run('system_powerdown');
    expect(scenario.state).toBe('going down');
    expect(await run('query-status')).toMatchObject({ status: 'running' });
    mock.clock.advance(2000);
    await client.waitForEvent('SHUTDOWN');
    expect(scenario.state).toBe('down');
    expect(await run('query-status')).toMatchObject({ status: 'shutdown' });
    await run('quit');
    await expect(client.waitForEvent('RESET')).rejects.toMatchObject({ code: 'QMP_DISCONNECTED' });
    expect(scenario.finished).toBe(true);
    mock.verify();
  });

  test('say what comes first when a client has negotiated', async () => {
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    mock.scenario((s) => s.emit('RESUME').on('stop'));
    const client = await QmpClient.over(mock.connect());
    expect(await client.waitForEvent('RESUME')).toBeDefined();
    await client.execute('stop');
    mock.verify();
  });

  test('a command out of turn goes to the machine; verification tells where the dialogue stands', async () => {
    const { mock, run } = await pair();
    mock.scenario('restart', (s) => {
      s.on('stop').return({});
      s.on('system_reset', {}).return({});
      s.on('cont').return({});
    });
    await run('stop');
    await run('cont');
    expect(() => mock.verify()).toThrow(
      /1 scenario not played to the end:\n  ✗ restart — stands at step 2 of 3, in state 'start', waiting for system_reset \{\}\n      defined at \S*expectations\.test\.ts:\d+:\d+\n      the last that came: stop, cont/,
    );
  });

  test('steps may repeat and be left out', async () => {
    const { mock, run } = await pair();
    mock.scenario((s) => {
      s.on('query-status').atLeast(1);
      s.on('query-name').optionally();
      s.on('stop').return({});
    });
    for (const name of ['query-status', 'query-status', 'stop']) await run(name);
    mock.verify();
  });
});
