import { describe, expect, test } from 'vitest';
import { MockClock } from '../../mock/mock-clock.ts';
import { EventHub } from './event-hub.ts';
import type { EventMessage } from './messages.ts';

/** A hub with one receiver, and a log of what came when, in ms. */
function watched(): { hub: EventHub; clock: MockClock; log: [number, string, unknown][] } {
  const clock = new MockClock({ time: 0 });
  const log: [number, string, unknown][] = [];
  const hub = new EventHub({ clock });
  hub.add({ sendEvent: ({ event, data }) => log.push([clock.now() / 1000, event, data]) });
  return { hub, clock, log };
}

test('RTC_CHANGE every 100 ms: the first at once, then the latest once a second', () => {
  const { hub, clock, log } = watched();
  for (let offset = 0; offset < 25; offset++) {
    hub.emit('RTC_CHANGE', { offset });
    clock.advance(100);
  }
  clock.advance(5000);
  expect(log).toEqual([
    [0, 'RTC_CHANGE', { offset: 0 }],
    [1000, 'RTC_CHANGE', { offset: 9 }],
    [2000, 'RTC_CHANGE', { offset: 19 }],
    [3000, 'RTC_CHANGE', { offset: 24 }],
  ]);
});

test('after a second of silence the next one goes out at once', () => {
  const { hub, clock, log } = watched();
  hub.emit('WATCHDOG', { action: 'none' });
  clock.advance(1001);
  hub.emit('WATCHDOG', { action: 'pause' });
  expect(log.map(([at]) => at)).toEqual([0, 1001]);
});

test('a delayed event keeps the time at which it happened', () => {
  const clock = new MockClock({ time: 5000 });
  const sent: EventMessage[] = [];
  const hub = new EventHub({ clock, onEvent: (event) => sent.push(event) });
  hub.emit('BALLOON_CHANGE', { actual: 1 });
  clock.advance(250);
  hub.emit('BALLOON_CHANGE', { actual: 2 });
  clock.advance(750);
  expect(sent.map(({ timestamp }) => timestamp)).toEqual([
    { seconds: 5, microseconds: 0 },
    { seconds: 5, microseconds: 250_000 },
  ]);
});

describe('what counts as one kind', () => {
  test.each([
    ['RTC_CHANGE', { 'qom-path': '/a' }, { 'qom-path': '/b' }, false],
    ['WATCHDOG', { action: 'none' }, { action: 'reset' }, false],
    ['BALLOON_CHANGE', { actual: 1 }, { actual: 2 }, false],
    ['HV_BALLOON_STATUS_REPORT', { commited: 1 }, { commited: 2 }, false],
    ['QUORUM_FAILURE', { reference: 'a' }, { reference: 'b' }, false],
    ['QUORUM_REPORT_BAD', { 'node-name': 'a' }, { 'node-name': 'b' }, true],
    ['QUORUM_REPORT_BAD', { 'node-name': 'a', n: 1 }, { 'node-name': 'a', n: 2 }, false],
    ['VSERPORT_CHANGE', { id: 'a', open: true }, { id: 'b', open: true }, true],
    ['VSERPORT_CHANGE', { id: 'a', open: true }, { id: 'a', open: false }, false],
    ['MEMORY_DEVICE_SIZE_CHANGE', { 'qom-path': '/a' }, { 'qom-path': '/b' }, true],
    ['BLOCK_IO_ERROR', { 'qom-path': '/a', action: 'report' }, { 'qom-path': '/a', action: 'ignore' }, false],
    ['BLOCK_IO_ERROR', { 'qom-path': '/a', action: 'report' }, { 'qom-path': '/b', action: 'report' }, true],
    ['BLOCK_IO_ERROR', { 'qom-path': '/a', action: 'report' }, { 'qom-path': '/a', action: 'stop' }, true],
    ['BLOCK_IO_ERROR', { device: 'a', action: 'report' }, { device: 'a', action: 'report' }, true],
    ['STOP', undefined, undefined, true],
    ['BLOCK_JOB_ERROR', { device: 'a' }, { device: 'a' }, true],
    ['__proto__', undefined, undefined, true],
  ])('%s %j then %j: both at once: %s', (event, first, second, both) => {
    const { hub, log } = watched();
    hub.emit(event, first);
    hub.emit(event, second);
    expect(log).toHaveLength(both ? 2 : 1);
  });

  test('the key is found in a Map as well', () => {
    const { hub, log } = watched();
    hub.emit('VSERPORT_CHANGE', new Map([['id', 'a']]));
    hub.emit('VSERPORT_CHANGE', new Map([['id', 'b']]));
    expect(log).toHaveLength(2);
  });
});

test('clear() drops what is held back and leaves no timer', () => {
  const { hub, clock, log } = watched();
  hub.emit('RTC_CHANGE', { offset: 1 });
  hub.emit('RTC_CHANGE', { offset: 2 });
  hub.clear();
  clock.advance(10_000);
  expect(log).toHaveLength(1);
});
