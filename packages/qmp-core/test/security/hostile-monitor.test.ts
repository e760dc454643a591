import { describe, expect, onTestFinished, test } from 'vitest';
import { QmpClient } from '../../src/client.ts';
import { QmpError } from '../../src/errors.ts';
import type { QmpConnectOptions } from '../../src/options.ts';
import { GREETING, ScriptedMonitor } from '../support/scripted-monitor.ts';

/**
 * A monitor that wishes the client ill. What it says may end the connection, with a documented error, and
 * nothing else.
 */
async function open(options: QmpConnectOptions = {}) {
  const monitor = new ScriptedMonitor();
  const opening = QmpClient.over(monitor.near, { timeout: null, ...options });
  await monitor.open();
  const client = await opening;
  onTestFinished(() => client.close());
  return { monitor, client };
}

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'error',
  'newListener',
];

function expectClean(): void {
  const plain: Record<string, unknown> = {};
  expect(plain['polluted']).toBeUndefined();
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
}

describe.each(NAMES)('%s', (name) => {
  test('as an event, it arrives like any other', async () => {
    const { monitor, client } = await open();
    monitor.raw(
      `{"timestamp": {"seconds": 1, "microseconds": 2}, "event": ${JSON.stringify(name)}, "data": {${JSON.stringify(name)}: {"polluted": 1}}}\r\n`,
    );
    const event = await client.waitForEvent(name as never);
    expect(Object.keys((event as { data?: object }).data ?? {})).toEqual([name]);
    expectClean();
  });

  test('as a member of a reply and as an error class, it is data', async () => {
    const { monitor, client } = await open();
    const reply = client.untyped.execute('x');
    const { id } = await monitor.next();
    monitor.raw(`{"return": {${JSON.stringify(name)}: {"polluted": 1}}, "id": ${JSON.stringify(id)}}\r\n`);
    expect(Object.keys((await reply) as object)).toEqual([name]);
    const refused = client.untyped.execute('x');
    void monitor.answer({ error: { class: name, desc: name } });
    await expect(refused).rejects.toBeInstanceOf(QmpError);
    await expect(refused).rejects.toMatchObject({ class: name });
    expectClean();
  });
});

test.each<[string, string]>([
  ['a name of every object', '"__proto__"'],
  ['an object with such a member', '{"__proto__": 1, "toString": 2}'],
  ['a number beyond 64 bits', '99999999999999999999999999'],
  ['a megabyte', JSON.stringify('x'.repeat(1_000_000))],
  ['deep nesting', `${'['.repeat(500)}${']'.repeat(500)}`],
  ['null', 'null'],
])('a reply whose id is %s settles no command that it does not belong to', async (_what, id) => {
  const { monitor, client } = await open();
  let settled = false;
  const reply = client.untyped.execute('x').finally(() => (settled = true));
  const outcome = Promise.race([reply, client.closed]);
  const request = await monitor.next();
  monitor.raw(`{"return": {"wrong": true}, "id": ${id}}\r\n`);
  // The right one behind it: whoever took the wrong one would give that.
  monitor.say({ return: { right: true }, id: request.id });
  await outcome.catch(() => {});
  if (settled) {
    const value = await reply.catch((error: unknown) => error);
    if (value instanceof Error) expect(value).toBeInstanceOf(QmpError);
    else expect(value).toEqual({ right: true });
  }
  await reply.catch(() => {});
});

test.each<[string, string, object]>([
  ['nesting beyond maxDepth', '['.repeat(200), { limit: 'maxDepth' }],
  ['nesting of objects beyond maxDepth', '{"a":'.repeat(200), { limit: 'maxDepth' }],
  ['a message beyond maxMessageSize', `"${'x'.repeat(20_000)}"`, { limit: 'maxMessageSize' }],
  ['a million small members', `{${'"a":1,'.repeat(100_000)}`, { limit: 'maxMessageSize' }],
])('%s ends the connection by its limit', async (_what, text, error) => {
  const { monitor, client } = await open({ maxDepth: 100, maxMessageSize: 10_000 });
  const reply = client.untyped.execute('x');
  const { id } = await monitor.next();
  monitor.raw(`{"id": ${JSON.stringify(id)}, "return": [${text}\r\n`);
  const thrown: unknown = await reply.catch((reason: unknown) => reason);
  const cause = (thrown as Error).cause ?? thrown;
  expect(cause).toMatchObject(error);
});

test.each([
  '{"QMP": {"__proto__": {"version": {}}}}',
  '{"QMP": null}',
  '{"QMP": {"version": {"qemu": {"major": "x"}}, "capabilities": {"length": 1e9}}}',
  '{"__proto__": {"QMP": {}}}',
  '{"return": {}, "id": 0}',
  '[]',
  `${GREETING.slice(0, -2)}, {"__proto__": 1}]}`,
])('the greeting %s is refused with a documented error', async (greeting) => {
  const monitor = new ScriptedMonitor();
  const opening = QmpClient.over(monitor.near, { timeout: null }).then(
    (client) => client.close(),
    (error: unknown) => error,
  );
  monitor.raw(`${greeting}\r\n`);
  monitor.stream.end();
  const outcome = await opening;
  if (outcome !== undefined) expect(outcome).toBeInstanceOf(QmpError);
  expectClean();
});

test('control characters that it sends are escapes in messages, and themselves in `desc`', async () => {
  const { monitor, client } = await open();
  const refused = client.untyped.execute('x');
  const desc = '\u001b[2J\u009b31mgone\u202e';
  void monitor.answer({ error: { class: 'GenericError', desc } });
  await expect(refused).rejects.toMatchObject({
    message: String.raw`x: \u001b[2J\u009b31mgone\u202e (GenericError)`,
    desc,
  });
  monitor.raw('\u009b31m');
  await expect(client.untyped.execute('y')).rejects.toThrow(String.raw`\u009b31m`);
});
