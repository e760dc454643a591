import { QmpOptionError } from 'qmp-core/errors';
import { QmpClient } from 'qmp-core';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { MockQmp } from './mock-qmp.ts';
import { MockClock } from './mock-clock.ts';
import { SystemClock } from '../process/node/system-clock.ts';

describe('MockClock', () => {
  test('ends delays in the order in which they are due, each at its own time', () => {
    const clock = new MockClock({ time: 0 });
    const log: string[] = [];
    clock.after(30, () => log.push(`c ${clock.now()}`));
    clock.after(10, () => log.push(`a ${clock.now()}`));
    clock.after(10, () => log.push(`b ${clock.now()}`));
    clock.advance(9.5);
    expect(log).toEqual([]);
    clock.advance(100);
    expect(log).toEqual(['a 10000', 'b 10000', 'c 30000']);
    expect(clock.now()).toBe(109_500);
  });

  test('counts delays that begin while it is turned', () => {
    const clock = new MockClock();
    const log: number[] = [];
    clock.after(10, () => {
      log.push(1);
      clock.after(10, () => log.push(2));
      clock.after(11, () => log.push(3));
    });
    clock.advance(20);
    expect(log).toEqual([1, 2]);
    expect(clock.pending).toBe(1);
    expect(clock.nextIn).toBe(1);
  });

  test('a delay that was called off never ends', () => {
    const clock = new MockClock();
    const cancel = clock.after(0, () => expect.unreachable());
    cancel();
    cancel();
    clock.advance(1);
    expect(clock.pending).toBe(0);
  });

  test('advanceAsync waits for promises between delays', async () => {
    const clock = new MockClock();
    const delay = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
    const log: number[] = [];
    const chain = (async () => {
      await delay(10);
      log.push(1);
      await delay(10);
      log.push(2);
    })();
    await clock.advanceAsync(20);
    expect(log).toEqual([1, 2]);
    await chain;
  });

  test('follows the system until it is set, then stands', () => {
    const clock = new MockClock();
    const real = Date.now() * 1000;
    expect(Math.abs(clock.now() - real)).toBeLessThan(60e6);
    clock.advance(5);
    clock.setTime(new Date(1000));
    expect(clock.now()).toBe(1_000_000);
    clock.advance(0.25);
    expect(clock.now()).toBe(1_000_250);
  });

  test.each([-1, NaN, Infinity, '5' as unknown as number])('refuses %s as a duration', (ms) => {
    const clock = new MockClock();
    expect(() => clock.advance(ms)).toThrow(QmpOptionError);
    expect(() => clock.after(ms, () => {})).toThrow(QmpOptionError);
  });

  test("a client's deadlines end by it, between the mock's own delays", async () => {
    const mock = new MockQmp();
    const client = await QmpClient.over(mock.connect(), { clock: mock.clock });
    mock.expect('query-name').after(100).return({ name: 'late' });
    const inTime = client.execute('query-name', {}, { timeout: 101 });
    await mock.waitForCommand('query-name');
    mock.clock.advance(100);
    expect(await inTime).toEqual({ name: 'late' });
    expect(mock.clock.pending).toBe(0);
    const tooLate = client.waitForEvent('STOP', { timeout: 60_000 });
    mock.clock.advance(60_000);
    await expect(tooLate).rejects.toMatchObject({ code: 'QMP_TIMEOUT' });
    await client.close();
    await mock.close();
  });

  test('refuses a time that is none', () => {
    expect(() => new MockClock({ time: new Date('no') })).toThrow(
      new QmpOptionError('Expected `time` to be a date or a number of ms, got "Invalid Date"', {
        option: 'time',
      }),
    );
    expect(() => new MockClock().advance(-1)).toThrow(
      new QmpOptionError('Expected `ms` to be a number of ms from 0, got -1', { option: 'ms' }),
    );
  });
});

describe('under fake timers', () => {
  afterEach(() => void vi.useRealTimers());

  test('both clocks tell the real time, and the system clock goes on', async () => {
    const before = Date.now();
    vi.useFakeTimers({ now: 0 });
    expect(Date.now()).toBe(0);
    expect(new MockClock().now()).toBeGreaterThanOrEqual(before * 1000);
    const system = new SystemClock();
    expect(system.now()).toBeGreaterThanOrEqual(before * 1000);
    await new Promise<void>((resolve) => void system.after(1, resolve));
  });

  test('a mock clock is turned by its own advance only', () => {
    vi.useFakeTimers();
    const clock = new MockClock();
    let ended = false;
    clock.after(10, () => (ended = true));
    vi.advanceTimersByTime(1000);
    expect(ended).toBe(false);
    clock.advance(10);
    expect(ended).toBe(true);
  });
});

test('a time-out of a client in memory names what waits for the clock', async () => {
  const mock = new MockQmp();
  onTestFinished(() => mock.close());
  const client = await QmpClient.over(mock.connect());
  mock.expect('device_del', { id: 'p' }).return({}).after(500).emit('DEVICE_DELETED', { path: '/p' });
  await client.execute('device_del', { id: 'p' });
  await expect(client.waitForEvent('DEVICE_DELETED', { timeout: 1 })).rejects.toThrow(
    /did not come within 1 ms; no other event is there; 1 event waits for mock\.clock\.advance\(500\): DEVICE_DELETED, at \S*mock-clock\.test\.ts:\d+:\d+$/,
  );
  mock.clock.advance(500);
  await client.waitForEvent('DEVICE_DELETED');
  await expect(client.waitForEvent('DEVICE_DELETED', { timeout: 1 })).rejects.toThrow(/: none|is there$/);
});
