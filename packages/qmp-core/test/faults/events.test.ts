import { QmpDisconnectedError, QmpTimeoutError, type QmpEvent } from 'qmp-core';
import { expect } from 'vitest';
import { failure, rejects, testRows, works } from './bench.ts';
import { HandClock } from '../support/hand-clock.ts';

const namesOf = (events: readonly QmpEvent[]): string[] => events.map(({ event }) => event);

testRows('events', {
  shape: [
    'an event has a name and a time, and data only where there is any',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.clock.setTime(1_700_000_000_123);
      mock.emit('STOP');
      mock.emit('SHUTDOWN', { guest: true, reason: 'guest-reset' });
      await client.waitForEvent('SHUTDOWN');
      const timestamp = { seconds: 1_700_000_000, microseconds: 123_000 };
      expect(await client.drainEvents()).toEqual([
        { event: 'STOP', timestamp },
        { event: 'SHUTDOWN', data: { guest: true, reason: 'guest-reset' }, timestamp },
      ]);
    },
  ],
  'no-clock': [
    'where the host has no time both parts of it are -1',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const timestamp = { seconds: -1, microseconds: -1 };
      mock.fault.garbage({ bytes: `${JSON.stringify({ timestamp, event: 'STOP' })}\r\n` });
      await works(client);
      expect(await client.pullEvent()).toEqual({ event: 'STOP', timestamp });
    },
  ],
  'event-first': [
    'the event of a command comes before its reply, and is not missed for it',
    async (bench) => {
      const { client } = await bench.pair();
      const pairs = [
        ['stop', 'STOP'],
        ['cont', 'RESUME'],
        ['system_reset', 'RESET'],
        ['system_powerdown', 'POWERDOWN'],
      ] as const;
      for (const [command, event] of pairs) {
        const both = await client.executeAndWait(command, {}, event);
        expect([both.return, both.event.event]).toEqual([{}, event]);
      }
      for (const [, event] of pairs) expect((await client.pullEvent())?.event).toBe(event);
      const { event } = await client.executeAndWait('quit', {}, 'SHUTDOWN');
      expect(event.data).toEqual({ guest: false, reason: 'host-qmp-quit' });
      expect((await client.closed).code).toBe('QMP_DISCONNECTED');
    },
  ],
  'no-event': [
    'a command that changes nothing has no event: the wait ends at its deadline and says what else came',
    async (bench) => {
      const clock = new HandClock();
      const { mock, client } = await bench.pair({ client: { clock } });
      await client.execute('stop');
      expect(await client.waitForEvent('STOP')).toBeDefined();
      const late = rejects(
        client.executeAndWait('stop', {}, 'STOP', { timeout: 20 }),
        QmpTimeoutError,
        'STOP did not come within 20 ms',
        { code: 'QMP_TIMEOUT', timeout: 20 },
      );
      // By now the reply to `stop` is there, too.
      await works(client);
      expect(clock.strike()).toEqual([20]);
      const error = await late;
      expect(error.message).toContain('no other event is there');
      client.clearEvents();
      mock.emit('VSERPORT_CHANGE', { id: 'a', open: true });
      await client.pullEvent({ timeout: Infinity });
      const never = rejects(
        client.waitForEvent('STOP', { timeout: 1 }),
        QmpTimeoutError,
        'others that are there: VSERPORT_CHANGE',
      );
      clock.strike();
      await never;
      await works(client);
    },
  ],
  'event-after-reply': [
    'an event may come long after the reply',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const path = '/machine/peripheral/a';
      mock.expect('device_del').return({}).after(60_000).emit('DEVICE_DELETED', { device: 'a', path });
      const both = client.executeAndWait('device_del', { id: 'a' }, 'DEVICE_DELETED', {
        match: { device: 'a' },
      });
      await mock.waitForCommand('device_del');
      await works(client);
      mock.clock.advance(60_000);
      expect((await both).event.data).toEqual({ device: 'a', path });
    },
  ],
  'event-twice': [
    'an event may come twice, for a device and for its child: each satisfies one wait',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock
        .expect('device_del')
        .return({})
        .emit('DEVICE_DELETED', { path: '/machine/peripheral/a/child' })
        .emit('DEVICE_DELETED', { device: 'a', path: '/machine/peripheral/a' });
      const { event } = await client.executeAndWait('device_del', { id: 'a' }, 'DEVICE_DELETED', {
        match: { device: 'a' },
      });
      expect(event.data).toMatchObject({ device: 'a' });
      expect((await client.waitForEvent('DEVICE_DELETED')).data).toEqual({
        path: '/machine/peripheral/a/child',
      });
      await rejects(
        client.waitForEvent('DEVICE_DELETED', { timeout: 1 }),
        QmpTimeoutError,
        'did not come within 1 ms',
      );
    },
  ],
  'one-of-several': [
    'a wait for one of several events ends with whichever comes',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const either = client.waitForEvent(['DEVICE_DELETED', 'DEVICE_UNPLUG_GUEST_ERROR']);
      mock.emit('STOP');
      mock.emit('DEVICE_UNPLUG_GUEST_ERROR', { device: 'a', path: '/a' });
      expect(await either).toMatchObject({ event: 'DEVICE_UNPLUG_GUEST_ERROR', data: { device: 'a' } });
    },
  ],
  'stale-event': [
    'an event from before the command does not count for it',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.emit('DEVICE_DELETED', { device: 'a', path: '/old' });
      await works(client);
      mock.expect('device_del').return({}).emit('DEVICE_DELETED', { device: 'a', path: '/new' });
      const { event } = await client.executeAndWait('device_del', { id: 'a' }, 'DEVICE_DELETED');
      expect(event.data).toEqual({ device: 'a', path: '/new' });
      const since = client.mark();
      await rejects(
        client.waitForEvent('DEVICE_DELETED', { since, timeout: 1 }),
        QmpTimeoutError,
        'DEVICE_DELETED',
      );
      expect((await client.waitForEvent('DEVICE_DELETED')).data).toEqual({ device: 'a', path: '/old' });
    },
  ],
  'rate-limit': [
    'of events that come too fast the last is sent a second later, and those between never',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const changed = (offset: number): void =>
        mock.emit('RTC_CHANGE', { offset, 'qom-path': '/machine/rtc' });
      for (const offset of [1, 2, 3]) changed(offset);
      await works(client);
      expect((await client.drainEvents()).map(({ data }) => data)).toMatchObject([{ offset: 1 }]);
      const next = client.waitForEvent('RTC_CHANGE', { match: { offset: 3 } });
      mock.clock.advance(1000);
      await next;
      await works(client);
      expect((await client.drainEvents()).map(({ data }) => data)).toMatchObject([{ offset: 3 }]);
    },
  ],
  'unknown-names': [
    'events and commands that no schema knows pass through',
    async (bench) => {
      const { mock, client } = await bench.pair();
      mock.handle('__com.example_frob', { level: 11 }, { unchecked: true });
      mock.emit('__COM.EXAMPLE_FROBBED', { by: { whom: [null] } }, { unchecked: true });
      mock.emit('X_PROBE', undefined, { unchecked: true });
      expect(await client.execute('__com.example_frob', { hard: true })).toEqual({ level: 11 });
      expect(namesOf(await client.drainEvents())).toEqual(['__COM.EXAMPLE_FROBBED', 'X_PROBE']);
    },
  ],
  storm: [
    'many events that nobody reads cost bounded memory, are counted, and hold no reply back',
    async (bench) => {
      const { mock, client } = await bench.pair({ client: { eventHistory: 50 } });
      const storm = { event: 'NUMBER', data: (number: number) => ({ number }) };
      const call = client.execute('query-name');
      await mock.waitForCommand('query-name');
      mock.fault.eventStorm(300, storm);
      expect(await call).toEqual({});
      await client.waitForEvent('NUMBER', { match: { number: 299 } });
      expect(client.droppedEvents).toBe(250);
      const kept = await client.drainEvents();
      expect(kept.map(({ data }) => (data as { number: number }).number)).toEqual(
        Array.from({ length: 50 }, (_, index) => 250 + index),
      );
      await works(client);
    },
  ],
  'ends-with-connection': [
    'readers and waits end with the connection, after what has come',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const names: string[] = [];
      const reading = (async () => {
        for await (const { event } of client.events()) names.push(event);
        return 'ended';
      })();
      const wait = failure(client.waitForEvent('NEVER'));
      mock.emit('STOP');
      mock.emit('RESUME');
      mock.fault.disconnect();
      expect(await wait).toBeInstanceOf(QmpDisconnectedError);
      expect(await reading).toBe('ended');
      expect(names).toEqual(['STOP', 'RESUME']);
      expect(await client.waitForEvent('STOP')).toBeDefined();
      await rejects(client.waitForEvent('STOP'), QmpDisconnectedError, 'the peer closed the connection');
      expect(namesOf(await client.drainEvents())).toEqual(['STOP', 'RESUME']);
    },
  ],
});
