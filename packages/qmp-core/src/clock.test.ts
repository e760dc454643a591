import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { HandClock } from '../test/support/hand-clock.ts';
import { ScriptedMonitor } from '../test/support/scripted-monitor.ts';
import { QmpClient } from './client.ts';
import type { QmpClock } from './clock.ts';
import { QmpTimeoutError } from './errors.ts';
import { QmpListener } from './listener.ts';
import type { UntypedQapi } from './qapi/schema.ts';

type Client = QmpClient<UntypedQapi>;

async function open(clock: QmpClock): Promise<Client> {
  const monitor = new ScriptedMonitor();
  const [client] = await Promise.all([QmpClient.over<UntypedQapi>(monitor.near, { clock }), monitor.open()]);
  onTestFinished(() => client.close());
  return client;
}

/** Everything of a client that has a deadline, with one of an hour. */
const hour = 3_600_000;
const deadlines: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  execute: (client) => client.execute('query-name', {}, { timeout: hour }),
  'client.timeout': (client) => {
    client.timeout = hour;
    return client.execute('query-name');
  },
  send: (client) => client.send({ execute: 'query-name' }, { timeout: hour }),
  waitForEvent: (client) => client.waitForEvent('NEVER', { timeout: hour }),
  pullEvent: (client) => client.pullEvent({ timeout: hour }),
  drainEvents: (client) => client.drainEvents({ timeout: hour }),
};

describe.each(Object.keys(deadlines))('the deadline of %s', (name) => {
  test('ends when the clock says so', async () => {
    const clock = new HandClock();
    const client = await open(clock);
    const call = deadlines[name]?.(client);
    expect(clock.strike()).toEqual([hour]);
    await expect(call).rejects.toBeInstanceOf(QmpTimeoutError);
    expect(clock.timers.size).toBe(0);
  });

  test('ends by the fake timers of the runner', async () => {
    const client = await open(globalThis);
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const call = deadlines[name]?.(client);
    vi.advanceTimersByTime(hour);
    await expect(call).rejects.toBeInstanceOf(QmpTimeoutError);
    expect(vi.getTimerCount()).toBe(0);
  });
});

afterEach(() => void vi.useRealTimers());

test('executeAndWait: both deadlines', async () => {
  const clock = new HandClock();
  const client = await open(clock);
  const both = client.executeAndWait('query-name', {}, 'NEVER', { timeout: hour });
  expect(clock.strike()).toEqual([hour, hour]);
  await expect(both).rejects.toBeInstanceOf(QmpTimeoutError);
});

test('an answer calls the deadline off', async () => {
  const clock = new HandClock();
  const monitor = new ScriptedMonitor();
  const [client] = await Promise.all([QmpClient.over<UntypedQapi>(monitor.near, { clock }), monitor.open()]);
  onTestFinished(() => client.close());
  expect(clock.timers.size).toBe(0); // that of connecting is off
  const call = client.execute('query-name', {}, { timeout: hour });
  expect(clock.timers.size).toBe(1);
  await monitor.answer();
  await call;
  expect(clock.timers.size).toBe(0);
});

test('connecting and accepting', async () => {
  const clock = new HandClock();
  const over = QmpClient.over(new ScriptedMonitor().near, { clock, timeout: hour });
  await using listener = await QmpListener.listen('127.0.0.1:0');
  const accept = listener.accept({ clock, timeout: hour });
  const connect = QmpClient.connect(listener.address, { clock, timeout: hour });
  expect(clock.strike()).toEqual([hour, hour, hour]);
  await expect(over).rejects.toMatchObject({
    code: 'QMP_CONNECT',
    cause: expect.any(QmpTimeoutError) as unknown,
  });
  await expect(connect).rejects.toMatchObject({ code: 'QMP_CONNECT' });
  await expect(accept).rejects.toBeInstanceOf(QmpTimeoutError);
});

test('without the option fake timers stop no deadline', async () => {
  const monitor = new ScriptedMonitor();
  const [client] = await Promise.all([QmpClient.over<UntypedQapi>(monitor.near), monitor.open()]);
  onTestFinished(() => client.close());
  vi.useFakeTimers();
  await expect(client.execute('query-name', {}, { timeout: 1 })).rejects.toBeInstanceOf(QmpTimeoutError);
});
