/** What may grow: each scenario opens what it needs for some units of work, and gives the work and the clean-up. */
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';

/** Work that is ready to begin. */
export interface Prepared {
  readonly work: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

export interface GrowthScenario {
  readonly unit: string;
  /** Units at 1×. */
  readonly base: number;
  /** Gets the socket of the raw server. */
  readonly run: (path: string, units: number) => Promise<Prepared>;
}

type Work = (client: QmpClient, units: number) => Promise<unknown>;

const withClient =
  (work: Work): GrowthScenario['run'] =>
  async (path, units) => {
    const client = await QmpClient.connect(path);
    return { work: () => work(client, units), close: () => client.close() };
  };

const withMock =
  (work: Work): GrowthScenario['run'] =>
  async (_path, units) => {
    const mock = new MockQmp();
    const client = await QmpClient.over(mock.connect());
    return {
      work: () => work(client, units),
      close: async () => {
        await client.close();
        await mock.close();
      },
    };
  };

async function inTurn({ untyped }: QmpClient, units: number): Promise<void> {
  for (let i = 0; i < units; i += 1) await untyped.execute('query-status');
}

const atOnce: Work = ({ untyped }, units) =>
  Promise.all(Array.from({ length: units }, () => untyped.execute('query-status')));

async function events({ untyped }: QmpClient, units: number): Promise<void> {
  let left = units;
  const stream = untyped.events();
  await untyped.execute('query-events-flood', { n: units });
  // Those that left the bounded history before they were read are counted as dropped.
  for await (const _ of stream) {
    left -= 1;
    if (left - untyped.droppedEvents <= 0) break;
  }
}

async function manyMocks(_path: string, units: number): Promise<Prepared> {
  const kept: { mock: MockQmp; client: QmpClient }[] = [];
  return {
    async work() {
      for (let i = 0; i < units; i += 1) {
        const mock = new MockQmp();
        const client = await QmpClient.over(mock.connect());
        await client.execute('query-status');
        kept.push({ mock, client });
      }
    },
    async close() {
      for (const { mock, client } of kept) {
        await client.close();
        await mock.close();
      }
    },
  };
}

export const scenarios: Readonly<Record<string, GrowthScenario>> = {
  'client: round trips': { unit: 'command', base: 50, run: withClient(inTurn) },
  'client: commands at once': { unit: 'command', base: 50, run: withClient(atOnce) },
  'client: size of a reply': {
    unit: 'KB',
    base: 50,
    run: withClient(({ untyped }, units) => untyped.execute('query-block', { n: units * 1000 })),
  },
  'client: events': { unit: 'event', base: 500, run: withClient(events) },
  'mock: commands in turn': { unit: 'command', base: 50, run: withMock(inTurn) },
  'mock: commands at once': { unit: 'command', base: 50, run: withMock(atOnce) },
  'mocks in a process, each with a client and a command': { unit: 'mock', base: 5, run: manyMocks },
};
