import { expect, onTestFinished, test } from 'vitest';
import { ScriptedMonitor } from '../test/support/scripted-monitor.ts';
import { QmpClient } from './client.ts';
import type { UntypedQapi } from './qapi/schema.ts';
import type { JsonObject } from './wire/json-value.ts';

const EVENT = {
  timestamp: { seconds: 1, microseconds: 2 },
  event: 'BLOCK_JOB_READY',
  data: { device: 'é0', len: 2n ** 60n, list: [{ a: 1 }] },
};

const TEXT = JSON.stringify(EVENT, (_key, value: unknown) =>
  typeof value === 'bigint' ? Number(value) : value,
).replace(String(Number(2n ** 60n)), String(2n ** 60n));

type Client = QmpClient<UntypedQapi>;

/** Ways to come by the event, each started before it is there. */
const readers: Readonly<Record<string, (client: Client, seen: JsonObject[]) => Promise<unknown>>> = {
  onMessage: async (client, seen) => {
    await client.closed;
    return seen.find(({ event }) => event !== undefined);
  },
  pullEvent: (client) => client.pullEvent({ timeout: Number.POSITIVE_INFINITY }),
  events: async (client) => (await client.events().next()).value as unknown,
  'events by name': async (client) => (await client.events('BLOCK_JOB_READY').next()).value as unknown,
  'events by predicate': async (client) => (await client.events(() => true).next()).value as unknown,
  'a predicate': async (client) => {
    let held: unknown;
    await client
      .waitForEvent((event) => {
        held = event;
        return false;
      })
      .catch(() => {});
    return held;
  },
  waitForEvent: (client) => client.waitForEvent('BLOCK_JOB_READY', { match: { list: [{ a: 1 }] } }),
  'drainEvents, late': async (client) => {
    await client.closed;
    return (await client.drainEvents())[0];
  },
};

/** Changes everything in a value that can be changed. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    spoil(member);
    (value as Record<string, unknown>)[key] = 'spoilt';
  }
}

async function read(names: readonly string[]): Promise<unknown[]> {
  const monitor = new ScriptedMonitor();
  const seen: JsonObject[] = [];
  const onMessage = (_direction: string, message: JsonObject): void => void seen.push(message);
  const [client] = await Promise.all([
    QmpClient.over<UntypedQapi>(monitor.near, { onMessage }),
    monitor.open(),
  ]);
  onTestFinished(() => client.close());
  const reading = names.map(async (name) => {
    const event = await readers[name]?.(client, seen);
    const copy = structuredClone(event);
    spoil(event);
    return copy;
  });
  monitor.raw(`${TEXT}\r\n`);
  monitor.stream.end();
  return Promise.all(reading);
}

const names = Object.keys(readers);
const orders = names.flatMap((first) => names.map((second): [string, string] => [first, second]));

/** Pairs of which only one gets the event: the queue has one position, and a wait takes what it gets. */
const impossible = new Set([
  'onMessage onMessage',
  'pullEvent pullEvent',
  'pullEvent drainEvents, late',
  'drainEvents, late pullEvent',
  'drainEvents, late drainEvents, late',
  'waitForEvent waitForEvent',
  'waitForEvent a predicate',
]);

test.each(orders.filter((both) => !impossible.has(both.join(' '))))(
  'what %s changes, %s does not see',
  async (...both) => {
    for (const event of await read(both)) expect(event).toEqual(EVENT);
  },
);

test('all of them at once', async () => {
  const all = names.filter((name) => name !== 'drainEvents, late');
  for (const event of await read(all)) expect(event).toEqual(EVENT);
});

test('an object is the same again where nobody else has had it: nothing is parsed twice for one reader', async () => {
  const monitor = new ScriptedMonitor();
  const [client] = await Promise.all([QmpClient.over<UntypedQapi>(monitor.near), monitor.open()]);
  onTestFinished(() => client.close());
  let asked: unknown;
  const waiting = client.waitForEvent((event) => {
    asked = event;
    return true;
  });
  monitor.event('STOP');
  expect(await waiting).toBe(asked);
});

test('events that come with a long reply read the same', async () => {
  const monitor = new ScriptedMonitor();
  const [client] = await Promise.all([QmpClient.over<UntypedQapi>(monitor.near), monitor.open()]);
  onTestFinished(() => client.close());
  const events = client.events();
  const reply = client.execute('query-block');
  const { id } = await monitor.next();
  monitor.raw(`${TEXT}\r\n${JSON.stringify({ return: 'x'.repeat(10_000), id })}\r\n`);
  expect(await reply).toHaveLength(10_000);
  spoil((await events.next()).value);
  expect(await client.pullEvent()).toEqual(EVENT);
  expect(await client.waitForEvent('BLOCK_JOB_READY')).toEqual(EVENT);
});
