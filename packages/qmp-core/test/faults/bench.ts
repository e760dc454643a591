import { describe, expect, onTestFinished, test } from 'vitest';
import { QmpClient, type QmpAddressInput, type QmpConnectOptions, type UntypedQapi } from 'qmp-core';
import { MockQmp, type MockQmpOptions } from 'qmp-mock';
import { ROWS, type Row, type Theme } from './rows.ts';

export type Client = QmpClient<UntypedQapi>;
export type Mock = MockQmp<UntypedQapi>;

/**
 * How bytes come to the client: each message in one write, byte by byte, or as many messages in a write as
 * there are.
 */
const WRITINGS = ['one write per message', 'one byte per write', 'merged writes'] as const;

/** Equipment of a row's test. All of it is gone when the test is over. */
export interface Bench {
  /** A mock of QEMU that writes as the run of the table says. */
  mock(options?: MockQmpOptions): Mock;
  /** A client of a mock, in memory. */
  client(mock: Mock, options?: QmpConnectOptions): Promise<Client>;
  /** A client that dials an address. */
  connect(address: QmpAddressInput, options?: QmpConnectOptions): Promise<Client>;
  /** A mock and a client of it. */
  pair(options?: MockQmpOptions & { client?: QmpConnectOptions }): Promise<{ mock: Mock; client: Client }>;
}

/** A row: what it states, and the test of it. */
export type RowTest = readonly [statement: string, body: (bench: Bench) => Promise<void>];

function makeBench(writing: (typeof WRITINGS)[number]): Bench {
  const closing = (client: Client): Client => {
    onTestFinished(() => client.close());
    return client;
  };
  const bench: Bench = {
    mock(options = {}) {
      const mock = new MockQmp<UntypedQapi>(options);
      onTestFinished(() => mock.close());
      if (writing === 'one byte per write') mock.fault.oneBytePerWrite();
      if (writing === 'merged writes') mock.fault.mergeWrites();
      return mock;
    },
    client: async (mock, options) => closing(await QmpClient.over<UntypedQapi>(mock.connect(), options)),
    connect: async (address, options) => closing(await QmpClient.connect<UntypedQapi>(address, options)),
    async pair({ client, ...options } = {}) {
      const mock = bench.mock(options);
      return { mock, client: await bench.client(mock, client) };
    },
  };
  return bench;
}

/** Defines the tests of a theme: each row once for each way of writing. */
export function testRows<T extends Theme>(theme: T, table: Readonly<Record<Row<T>, RowTest>>): void {
  const entries = Object.entries<RowTest>(table);
  describe.each(WRITINGS)('%s', (writing) => {
    test.each(entries.map(([, [statement, body]]) => [statement, body] as const))('%s', (_statement, body) =>
      body(makeBench(writing)),
    );
  });

  test('every row has a test of its own', () => {
    expect(Object.keys(table).toSorted()).toEqual(ROWS[theme].toSorted());
    expect(new Set(entries.map(([, [statement]]) => statement)).size).toBe(entries.length);
  });
}

/** A handler that does not answer: it waits on a clock that nobody turns, unless a test does. */
export const stuck = async (
  _args: object,
  ctx: { delay(ms: number): Promise<void> },
): Promise<Record<string, never>> => {
  await ctx.delay(STUCK);
  return {};
};

/** How long a {@link stuck} handler waits, in ms. */
export const STUCK = 1e9;

/** The error that a promise rejects with. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => expect.unreachable(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );

/** Checks class, message and members of the error that a promise rejects with. */
export async function rejects<E extends Error>(
  promise: Promise<unknown>,
  errorClass: new (...args: never[]) => E,
  message: string | RegExp,
  members: object = {},
): Promise<E> {
  const error = await failure(promise);
  expect(error).toBeInstanceOf(errorClass);
  expect((error as E).constructor).toBe(errorClass);
  expect((error as E).message).toMatch(message);
  expect(error).toMatchObject(members);
  return error as E;
}

/** The session is usable: a command that was issued now is answered. */
export async function works(client: Client): Promise<void> {
  expect(client.connected).toBe(true);
  expect(await client.execute('query-version')).toHaveProperty('qemu.major');
}

/** The session is over for such a reason, and whoever comes later is told so. */
export async function isOver(client: Client, code: string, message: string | RegExp): Promise<void> {
  const reason = await client.closed;
  expect(reason.code).toBe(code);
  expect(reason.message).toMatch(message);
  expect(client.connected).toBe(false);
  expect(await failure(client.execute('query-status'))).toMatchObject({
    code: 'QMP_DISCONNECTED',
    message: `The connection has ended: ${reason.message}`,
  });
  expect(await failure(client.waitForEvent('NEVER'))).toMatchObject({ code: 'QMP_DISCONNECTED' });
}
