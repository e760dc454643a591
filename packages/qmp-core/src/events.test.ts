import { describe, expect, test } from 'vitest';
import { EventLog, type EventFilter } from './events.ts';
import { exactly } from './matching/index.ts';
import { Failure, unwrap } from './outcome.ts';
import type { QmpEvent } from './wire/messages.ts';

const event = (name: string, data?: object): QmpEvent => ({
  event: name,
  timestamp: { seconds: 1, microseconds: 2 },
  ...(data === undefined ? {} : { data }),
});

/** Puts an event in as the session does, with its text. */
function push(log: EventLog, name: string, data?: object): void {
  const it = event(name, data);
  log.push(it, JSON.stringify(it));
}

/** A log that holds these events already. */
function logOf(...names: string[]): EventLog {
  const log = new EventLog(100);
  for (const name of names) push(log, name);
  return log;
}

async function wait(
  log: EventLog,
  filter: EventFilter,
  options: { match?: unknown; since?: number; timeout?: number; signal?: AbortSignal } = {},
): Promise<string> {
  const outcome = log.wait({
    filter,
    match: options.match,
    since: options.since,
    timeout: options.timeout,
    signal: options.signal,
  });
  return unwrap(await outcome).event.event;
}

const over = new Failure(() => new Error('over'));
const gone = new Failure(() => new Error('gone'));

describe('waiting', () => {
  test('finds the oldest that fits, and each event once', async () => {
    const log = logOf('A', 'B', 'A');
    expect(await wait(log, 'A')).toBe('A');
    expect(await wait(log, ['C', 'B'])).toBe('B');
    expect(await wait(log, 'A')).toBe('A');
    await expect(wait(log, () => true, { timeout: 0 })).rejects.toMatchObject({ code: 'QMP_TIMEOUT' });
  });

  test('one event goes to one of two waits, to the older', async () => {
    const log = logOf();
    const first = wait(log, 'A');
    const second = wait(log, 'A');
    push(log, 'A', { n: 1 });
    await first;
    log.end(() => over, gone);
    await expect(second).rejects.toThrow('over');
  });

  test('since hides what is older', async () => {
    const log = logOf('A');
    const mark = log.mark;
    const waiting = wait(log, 'A', { since: mark });
    push(log, 'A');
    await waiting;
    expect(await wait(log, 'A')).toBe('A'); // the older one is still free
  });

  test('match looks into data; an event without data has an empty one', async () => {
    const log = logOf('A');
    push(log, 'A', { device: { id: 'x' } });
    expect(await wait(log, 'A', { match: { device: { id: 'x' } } })).toBe('A');
    expect(await wait(log, 'A', { match: {} })).toBe('A');
  });

  test.each<[string, unknown, boolean]>([
    ['a RegExp', { id: /^nic/ }, true],
    ['a RegExp that does not match', { id: /^nope/ }, false],
    ['an object', { id: {} }, false],
    ['a predicate', (data: unknown) => (data as { id: string }).id === 'nic0', true],
    ['a predicate that refuses', { id: () => false }, false],
    ['a matcher', { id: expect.any(String) }, true],
    ['a matcher that refuses', { id: expect.any(Number) }, false],
    ['exactly', exactly({ id: 'nic0', n: 1 }), true],
    ['exactly, and more', exactly({ id: 'nic0' }), false],
  ])('match takes %s', async (_name, match, fits) => {
    const log = logOf();
    push(log, 'A', { id: 'nic0', n: 1 });
    if (fits) expect(await wait(log, 'A', { match })).toBe('A');
    else await expect(wait(log, 'A', { match, timeout: 0 })).rejects.toMatchObject({ code: 'QMP_TIMEOUT' });
  });

  test('match and names are copied when they are given', async () => {
    const log = logOf();
    const match = { id: 'nic0' };
    const names = ['A'];
    const waiting = wait(log, names, { match });
    match.id = 'nic1';
    names[0] = 'B';
    push(log, 'A', { id: 'nic0' });
    expect(await waiting).toBe('A');
  });

  test('a predicate in match that throws fails its own wait and no other', async () => {
    const log = logOf();
    const broken = wait(log, 'A', {
      match: () => {
        throw new Error('mine');
      },
    });
    const good = wait(log, 'A');
    push(log, 'A');
    await expect(broken).rejects.toThrow('mine');
    expect(await good).toBe('A');
  });

  test('a timeout says what came instead', async () => {
    const log = logOf('STOP', 'RESET', 'RESET');
    await expect(wait(log, 'RESUME', { match: { a: 1n }, timeout: 1 })).rejects.toThrow(
      'Event RESUME with {"a":1} did not come within 1 ms; others that are there: STOP, RESET ×2',
    );
  });

  test('a predicate that throws fails its own wait and no other', async () => {
    const log = logOf();
    const broken = wait(log, () => {
      throw new Error('mine');
    });
    const good = wait(log, 'A');
    push(log, 'A');
    await expect(broken).rejects.toThrow('mine');
    expect(await good).toBe('A');
  });

  test('a signal that aborts, before and while waiting', async () => {
    const log = logOf();
    const controller = new AbortController();
    const waiting = wait(log, 'A', { signal: controller.signal });
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await expect(wait(log, 'A', { signal: controller.signal })).rejects.toBe('enough');
    push(log, 'A');
    expect(await wait(log, 'A')).toBe('A'); // the wait that was given up has not taken it
  });

  test('after the end what was kept is found, then waits fail', async () => {
    const log = logOf('A');
    log.end(() => over, gone);
    expect(await wait(log, 'A')).toBe('A');
    await expect(wait(log, 'A')).rejects.toThrow('gone');
  });

  test('an event that is put back goes to whoever waits', async () => {
    const log = logOf('A');
    const claimed = unwrap(
      await log.wait({
        filter: 'A',
        match: undefined,
        since: undefined,
        timeout: undefined,
        signal: undefined,
      }),
    );
    const waiting = wait(log, 'A');
    claimed.release();
    expect(await waiting).toBe('A');
  });
});

describe('the queue', () => {
  test('pull, drain and clear share one position', () => {
    const log = logOf('A', 'B', 'C');
    expect(log.pull()?.event).toBe('A');
    expect(log.drain().map((e) => e.event)).toEqual(['B', 'C']);
    push(log, 'D');
    log.clear();
    expect(log.pull()).toBeUndefined();
  });

  test('it takes nothing from waits, and they nothing from it', async () => {
    const log = logOf('A');
    expect(await wait(log, 'A')).toBe('A');
    expect(log.pull()?.event).toBe('A');
    push(log, 'B');
    expect(log.drain()).toHaveLength(1);
    expect(await wait(log, 'B')).toBe('B');
  });

  test('several who wait are served in turn', async () => {
    const log = logOf();
    const pulls = [1, 2].map(() => log.take(() => log.pull(), undefined, undefined));
    push(log, 'A');
    push(log, 'B');
    expect((await Promise.all(pulls)).map((e) => (e as QmpEvent).event)).toEqual(['A', 'B']);
  });
});

describe('iteration', () => {
  test('sees what comes from its creation on, and ends with the connection', async () => {
    const log = logOf('A');
    const events = log.iterate(undefined, undefined);
    push(log, 'B');
    push(log, 'C');
    log.end(() => over, gone);
    const seen: string[] = [];
    for await (const { event: name } of events) seen.push(name);
    expect(seen).toEqual(['B', 'C']);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('several iterations see the same, each what it asked for', async () => {
    const log = logOf();
    const all = log.iterate(undefined, undefined);
    const some = log.iterate(['B'], undefined);
    const next = [some.next(), all.next(), all.next()];
    push(log, 'A');
    push(log, 'B');
    expect((await Promise.all(next)).map(({ value }) => (value as QmpEvent).event)).toEqual(['B', 'A', 'B']);
  });

  test('return ends it, also for a next that waits', async () => {
    const log = logOf();
    const events = log.iterate(undefined, undefined);
    const pending = events.next();
    await events.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    push(log, 'A');
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('a signal that aborts rejects the next that waits, or the next next', async () => {
    const log = logOf();
    const controller = new AbortController();
    const waiting = log.iterate(undefined, controller.signal);
    const idle = log.iterate(undefined, controller.signal);
    const pending = waiting.next();
    controller.abort('enough');
    await expect(pending).rejects.toBe('enough');
    await expect(idle.next()).rejects.toBe('enough');
    expect(await idle.next()).toEqual({ done: true, value: undefined });
  });

  test('a predicate that throws rejects and ends it', async () => {
    const log = logOf();
    const events = log.iterate(() => {
      throw new Error('mine');
    }, undefined);
    const pending = events.next();
    push(log, 'A');
    await expect(pending).rejects.toThrow('mine');
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});

describe('the history', () => {
  test('keeps the newest and counts what it dropped', async () => {
    const log = new EventLog(3);
    const events = log.iterate(undefined, undefined);
    for (let i = 0; i < 5000; i++) push(log, `E${i}`);
    expect(log.dropped).toBe(4997);
    expect(log.mark).toBe(5000);
    expect(log.drain().map((e) => e.event)).toEqual(['E4997', 'E4998', 'E4999']);
    expect(await wait(log, () => true)).toBe('E4997');
    expect((await events.next()).value).toMatchObject({ event: 'E4997' });
  });

  test('of length 0 still serves those who wait', async () => {
    const log = new EventLog(0);
    const waiting = wait(log, 'A');
    const pulled = log.take(() => log.pull(), undefined, undefined);
    const iterated = log.iterate(undefined, undefined).next();
    push(log, 'A');
    expect(await waiting).toBe('A');
    expect(await pulled).toMatchObject({ event: 'A' });
    expect(await iterated).toMatchObject({ value: { event: 'A' } });
    expect(log.pull()).toBeUndefined();
    expect(log.dropped).toBe(1);
  });
});
