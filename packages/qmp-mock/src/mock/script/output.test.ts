import { QmpClient } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../mock-qmp.ts';
import type { MockQmpOptions } from '../mock-options.ts';
import { NEWEST, versionsWhere } from '../../../test/support/versions.ts';

function mockOf(options: MockQmpOptions = {}): MockQmp {
  const mock = new MockQmp(options);
  onTestFinished(() => mock.close());
  return mock;
}

const change = (offset: number) => ({ offset, 'qom-path': '/machine/rtc' });

describe('a lie is caught where it is told', () => {
  test.each<[string, (mock: MockQmp) => unknown, RegExp]>([
    [
      'a member that is missing',
      (mock) => mock.handle('query-status', { status: 'running' } as never),
      /reply scripted for 'query-status' is one that QEMU never sends\. QEMU [\d.]+: return\.running is missing/,
    ],
    [
      'a value that is none',
      (mock) => mock.handle('query-status', { status: 'up', running: true } as never),
      /return\.status is 'up'/,
    ],
    [
      'a member too many',
      (mock) => mock.handleOnce('stop', { ok: true } as never),
      /return\.ok is not in the schema/,
    ],
    ['in an expectation', (mock) => mock.expect('query-name').return([] as never), /return is an array/],
    [
      'an event',
      (mock) => mock.emit('RESET', { guest: false } as never),
      /event 'RESET' is one that QEMU never sends\. QEMU [\d.]+: data\.reason is missing/,
    ],
    [
      'an event of an expectation',
      (mock) => mock.expect('stop').emit('STOP', { why: 1 } as never),
      /data\.why/,
    ],
    [
      'an event of a scenario',
      (mock) => mock.scenario((s) => s.emit('RESET', {} as never)),
      /data\.guest is missing/,
    ],
  ])('%s', (_title, tell, reason) => {
    const mock = mockOf({ qemu: NEWEST });
    expect(() => tell(mock)).toThrow(reason);
    expect(() => tell(mock)).toThrow(expect.objectContaining({ code: 'QMP_STATE' }));
  });

  test('by the version that the mock is', () => {
    const status = { running: true, status: 'running', singlestep: false } as never;
    for (const qemu of versionsWhere((rules) => rules.statusHasSinglestep))
      mockOf({ qemu }).handle('query-status', status);
    for (const qemu of versionsWhere((rules) => !rules.statusHasSinglestep))
      expect(() => mockOf({ qemu }).handle('query-status', status)).toThrow('return.singlestep');
  });

  test.each(versionsWhere((rules) => rules.statusHasSinglestep))(
    'by every version that it has to suit: %s',
    (old) => {
      const mock = mockOf({ qemu: NEWEST, compat: [old, NEWEST] });
      expect(() => mock.handle('query-status', { running: true, status: 'running' })).toThrow(
        `QEMU ${old}: return.singlestep is missing`,
      );
      expect(() => mock.handle('query-cpu' as never, {} as never)).toThrow(
        /QEMU [\d.]+ has no such command; did you mean 'query-\w+'\?/,
      );
      expect(() => mock.expect('query-xen-replication' as never)).toThrow(`QEMU ${old} has no such command`);
      expect(() => mock.emit('NOPE' as 'STOP')).toThrow(`QEMU ${old} has no such event`);
      mock.handle('query-name', { name: 'x' });
    },
  );

  test('what no schema knows passes: types and schema help, they do not gate', async () => {
    const mock = mockOf();
    mock.handle('x-vendor', 42, { unchecked: true });
    mock.handle('x-other' as never, 43 as never);
    const client = await QmpClient.over(mock.connect());
    expect(await client.untyped.execute('x-vendor', { any: 1 })).toBe(42);
    expect(await client.untyped.execute('x-other')).toBe(43);
    mock.emit('X_VENDOR' as never, { n: 1 } as never);
    expect(await client.untyped.waitForEvent('X_VENDOR')).toMatchObject({ data: { n: 1 } });
  });

  test.each<[string, MockQmpOptions, { unchecked: true } | undefined]>([
    ['for one', {}, { unchecked: true }],
    ['for the whole mock', { unchecked: true }, undefined],
  ])('unchecked, %s: it is told all the same', async (_title, options, how) => {
    const mock = mockOf(options);
    mock.handle('query-status', { status: 'up' } as never, how);
    mock
      .expect('query-name', undefined, how as never)
      .return(1 as never)
      .emit('STOP', { why: 1 } as never);
    const client = await QmpClient.over(mock.connect());
    expect(await client.execute('query-status')).toEqual({ status: 'up' });
    expect(await client.execute('query-name')).toBe(1);
    mock.emit('RESET', {}, { unchecked: true });
    expect(await client.untyped.waitForEvent('STOP')).toMatchObject({ data: { why: 1 } });
    expect(await client.untyped.waitForEvent('RESET')).toMatchObject({ event: 'RESET', data: {} });
    mock.verify();
  });
});

describe('what a client asks for is checked in QEMU’s words, scripted or not', () => {
  test('and is not the script’s to answer', async () => {
    const mock = mockOf();
    mock.handle('device_del', {});
    const client = await QmpClient.over(mock.connect());
    await expect(client.untyped.execute('device_del', { idd: 1 })).rejects.toThrow(
      "Parameter 'id' is missing",
    );
    mock.handle('device_del', {}, { unchecked: true });
    expect(await client.untyped.execute('device_del', { idd: 1 })).toEqual({});
  });
});

describe('events', () => {
  test('have no data where they have none, whatever is written', async () => {
    const mock = mockOf();
    const client = await QmpClient.over(mock.connect());
    mock.emit('STOP');
    mock.emit('STOP', {});
    mock.emit('STOP', undefined, { timestamp: new Date(1500) });
    const events = [
      await client.waitForEvent('STOP'),
      await client.waitForEvent('STOP'),
      await client.waitForEvent('STOP'),
    ];
    expect(events.map((event) => 'data' in event)).toEqual([false, false, false]);
    expect(events[2]?.timestamp).toEqual({ seconds: 1, microseconds: 500_000 });
  });

  test('that QEMU limits are held back until the clock is turned', async () => {
    const mock = mockOf();
    const client = await QmpClient.over(mock.connect());
    for (const offset of [1, 2, 3]) mock.emit('RTC_CHANGE', change(offset));
    await client.execute('query-name');
    expect((await client.drainEvents()).map((event) => event.data)).toEqual([change(1)]);
    mock.clock.advance(1000);
    await client.execute('query-name');
    expect((await client.drainEvents()).map((event) => event.data)).toEqual([change(3)]);
  });
});
