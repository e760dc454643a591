import { QmpClient } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../mock-qmp.ts';
import type { MockQmpOptions } from '../mock-options.ts';

async function pair(options: MockQmpOptions = {}) {
  const mock = new MockQmp(options);
  onTestFinished(() => mock.close());
  const client = await QmpClient.over(mock.connect());
  return { mock, client };
}

describe('received', () => {
  test('is an array of what came in, and a function that picks by name', async () => {
    const { mock, client } = await pair();
    expect(mock.received.length).toBe(0);
    await client.execute('stop');
    await client.execute('device_del', { id: 'x' }).catch(() => {});
    await client.untyped.execute('nope').catch(() => {});
    const { received } = mock;
    expect(received).toHaveLength(3);
    expect(received.map((command) => command.execute)).toEqual(['stop', 'device_del', 'nope']);
    expect([...received].length).toBe(3);
    expect(received[1]?.arguments).toEqual({ id: 'x' });
    expect(received.at(-1)?.execute).toBe('nope');
    expect(received.some((command) => command.execute === 'stop')).toBe(true);
    expect(received('stop')).toHaveLength(1);
    expect(received()).toHaveLength(3);
    expect(received('never')).toEqual([]);
    // The view is live.
    await client.execute('cont');
    expect(received).toHaveLength(4);
    expect(JSON.parse(JSON.stringify(received))).toHaveLength(4);
  });

  test('an entry is the request as it was parsed', async () => {
    const { mock, client } = await pair();
    await client.send({ execute: 'stop', id: { mine: [1] } });
    await client.send({ execute: 'device_del', arguments: { id: 'x' }, id: 2 });
    expect(mock.received()).toEqual([
      { execute: 'stop', id: { mine: [1] } },
      { execute: 'device_del', arguments: { id: 'x' }, id: 2 },
    ]);
    expect(mock.received[0]).toMatchObject({
      oob: false,
      connection: 1,
      request: { execute: 'stop', id: { mine: [1] } },
    });
  });

  test('hides the handshake unless it is asked for by name', async () => {
    const { mock } = await pair();
    expect(mock.received).toHaveLength(0);
    expect(mock.received('qmp_capabilities')).toHaveLength(1);
  });

  test('integers are exact, and __proto__ is a member', async () => {
    const { mock, client } = await pair();
    mock.handle('x-any', 1, { unchecked: true });
    await client.untyped.execute('x-any', JSON.parse('{"__proto__":{"a":1}}') as Record<string, unknown>);
    await client.untyped.execute('x-any', { size: 18446744073709551615n });
    expect(Object.keys(mock.received[0]?.arguments ?? {})).toEqual(['__proto__']);
    expect(mock.received[1]?.arguments).toEqual({ size: 18446744073709551615n });
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});

describe('waitForCommand', () => {
  test('finds what came before, and what comes later; none twice', async () => {
    const { mock, client } = await pair();
    await client.execute('stop');
    await client.execute('cont');
    await client.execute('stop');
    const [first, second] = [await mock.waitForCommand('stop'), await mock.waitForCommand('stop')];
    expect(first).not.toBe(second);
    const third = mock.waitForCommand('stop');
    await client.execute('stop');
    expect(await third).toBe(mock.received('stop')[2]);
  });

  test('match and count', async () => {
    const { mock, client } = await pair();
    mock.handle('device_del', {});
    const wanted = mock.waitForCommand('device_del', { match: { id: 'b' } });
    const twice = mock.waitForCommand('device_del', { count: 2 });
    await client.execute('device_del', { id: 'a' });
    await client.execute('device_del', { id: 'b' });
    expect((await wanted).arguments).toEqual({ id: 'b' });
    expect(await twice).toBe(mock.received[1]);
  });

  test('looks at each command once, however many come', async () => {
    const { mock, client } = await pair({ journalLimit: 20 });
    let looks = 0;
    const match = (args: unknown): boolean => {
      looks++;
      return (args as { 'dotted-name'?: string })['dotted-name'] === 'last';
    };
    mock.handle('query-name', {}, { unchecked: true });
    const wanted = mock.waitForCommand('query-name', { match });
    for (let i = 0; i < 100; i++) await client.untyped.execute('query-name', { 'dotted-name': `${i}` });
    await client.untyped.execute('query-name', { 'dotted-name': 'last' });
    await wanted;
    expect(looks).toBe(101);
  });

  test('says what it waited for, and what came', async () => {
    const { mock, client } = await pair();
    const nothing = mock.waitForCommand('stop', { timeout: 1 });
    await expect(nothing).rejects.toThrow('stop did not come within 1 ms. No command came at all');
    await client.execute('query-status');
    const other = mock.waitForCommand('device_del', { timeout: 1, match: { id: 'a' }, count: 2 });
    await expect(other).rejects.toMatchObject({
      code: 'QMP_TIMEOUT',
      message: 'device_del {"id":"a"} did not come 2 times within 1 ms. What came: query-status',
    });
  });

  test('ends with its signal', async () => {
    const { mock } = await pair();
    const controller = new AbortController();
    const wait = mock.waitForCommand('stop', { signal: controller.signal, timeout: Infinity });
    controller.abort(new Error('enough'));
    await expect(wait).rejects.toThrow('enough');
    await expect(mock.waitForCommand('stop', { signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe('journal', () => {
  test('reads like a chat, the same in each run', async () => {
    const { mock, client } = await pair();
    await client.execute('stop');
    await client.execute('device_del', { id: 'nic0' }).catch(() => {});
    await client.execute('query-status');
    await client.untyped.execute('query-blok').catch(() => {});
    mock.emit('RESET', { guest: true, reason: 'guest-reset' });
    expect(mock.journal.toString()).toMatchInlineSnapshot(`
      "→  stop
      ⚡  STOP
      ←  stop: {}
      →  device_del {"id":"nic0"}
      ←  device_del: DeviceNotFound: Device 'nic0' not found
      →  query-status
      ←  query-status: {"status":"paused","running":false}
      →  query-blok
      ←  query-blok: CommandNotFound: The command query-blok has not been found
      ⚡  RESET {"guest":true,"reason":"guest-reset"}"
    `);
  });

  test('has neither secrets nor control characters', async () => {
    const { mock, client } = await pair();
    mock.handle('query-name', { name: 'hunter2\u009b31m\nnext' });
    await client.execute('query-name');
    await client.execute('object-add', { 'qom-type': 'secret', id: 's', data: 'hunter2' });
    const line = { 'command-line': 'set_password vnc hunter3' };
    await client.untyped.execute('human-monitor-command', line).catch(() => {});
    expect(String(mock.journal).split('\n').slice(0, 5)).toEqual([
      '→  query-name',
      '←  query-name: {"name":"${redacted}\\u009b31m\\nnext"}',
      '→  object-add {"qom-type":"secret","id":"s","data":"${redacted}"}',
      '←  object-add: {}',
      '→  human-monitor-command {"command-line":"set_password vnc ${redacted}"}',
    ]);
  });

  test('shows the handshake when it is asked to', async () => {
    const { mock } = await pair();
    expect(mock.journal.toString()).toBe('');
    expect(mock.journal.toString({ handshake: true }).split('\n')).toEqual([
      expect.stringMatching(/^←  greeting \{"QMP":/),
      expect.stringMatching(/^→  qmp_capabilities/),
      '←  qmp_capabilities: {}',
    ]);
  });

  test('tells connections apart', async () => {
    const { mock, client } = await pair();
    const other = await QmpClient.over(mock.connect());
    await client.execute('query-name');
    await other.execute('query-uuid');
    const lines = mock.journal.toString().split('\n');
    expect(lines[0]).toBe('#1 →  query-name');
    expect(lines[2]).toBe('#2 →  query-uuid');
    expect(mock.journal.toString({ connection: 1 })).toBe('→  query-name\n←  query-name: {}');
  });

  test('keeps what is no command, and what cannot be parsed', async () => {
    const { mock } = await pair();
    const stream = mock.connect();
    stream.resume().write('{"execute":"qmp_capabilities"}[] {"execut":1} @\n');
    await expect.poll(() => mock.journal.length).toBe(6);
    expect(
      mock.journal
        .toString()
        .split('\n')
        .map((line) => line.slice(0, 40)),
    ).toEqual([
      '→  []',
      '←  error: GenericError: QMP input must be a JSON object'.slice(0, 40),
      '→  {"execut":1}',
      "←  error: GenericError: QMP input member 'execut' is unexpected".slice(0, 40),
      expect.stringContaining('JSON parse error'),
      expect.stringContaining('←  error: GenericError'),
    ]);
    expect(mock.received).toHaveLength(0);
  });

  test('entries have kinds, names, times', async () => {
    const { mock, client } = await pair();
    mock.clock.setTime(1000);
    await client.execute('stop');
    expect(
      [...mock.journal].map(({ direction, kind, name, connection, time }) => ({
        direction,
        kind,
        name,
        connection,
        time,
      })),
    ).toEqual([
      { direction: 'received', kind: 'command', name: 'stop', connection: 1, time: 1e6 },
      { direction: 'sent', kind: 'event', name: 'STOP', connection: 1, time: 1e6 },
      { direction: 'sent', kind: 'return', name: 'stop', connection: 1, time: 1e6 },
    ]);
  });

  test('is bounded: the oldest are dropped, and counted', async () => {
    const { mock, client } = await pair({ journalLimit: 100 });
    for (let count = 0; count < 500; count++) await client.execute('query-name');
    expect(mock.journal.length).toBeLessThanOrEqual(125);
    expect(mock.received.length).toBeLessThanOrEqual(125);
    expect(mock.journal.dropped).toBeGreaterThan(800);
    expect(mock.received.at(-1)?.execute).toBe('query-name');
  });
});
