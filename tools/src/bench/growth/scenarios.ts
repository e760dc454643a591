/**
 * Scenarios whose cost may grow: each opens what it needs for some units of work, and gives the work and the
 * clean-up.
 */
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
  (work: Work, args?: readonly string[]): GrowthScenario['run'] =>
  async (_path, units) => {
    const mock = new MockQmp({ args });
    const client = await QmpClient.over(mock.connect());
    return {
      work: () => work(client, units),
      close: async () => {
        await client.close();
        await mock.close();
      },
    };
  };

/** Adds so many things, one after the other: the nth must not cost more than the first. */
const adding =
  (command: string, args: (at: number) => Record<string, unknown>): Work =>
  async ({ untyped }, units) => {
    for (let at = 0; at < units; at += 1) await untyped.execute(command, args(at));
  };

async function inTurn({ untyped }: QmpClient, units: number): Promise<void> {
  for (let i = 0; i < units; i += 1) await untyped.execute('query-status');
}

const atOnce: Work = ({ untyped }, units) =>
  Promise.all(Array.from({ length: units }, () => untyped.execute('query-status')));

const placeOf = (at: number): Record<string, number> => ({ 'scsi-id': at % 256, lun: Math.floor(at / 256) });

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
  'mock: chardev-add': {
    unit: 'chardev',
    base: 20,
    run: withMock(adding('chardev-add', (at) => ({ id: `c${at}`, backend: { type: 'null', data: {} } }))),
  },
  'mock: object-add': {
    unit: 'object',
    base: 20,
    run: withMock(adding('object-add', (at) => ({ 'qom-type': 'iothread', id: `o${at}` }))),
  },
  'mock: blockdev-add': {
    unit: 'node',
    base: 20,
    run: withMock(adding('blockdev-add', (at) => ({ driver: 'null-co', 'node-name': `n${at}` }))),
  },
  'mock: device_add': {
    unit: 'device',
    base: 20,
    run: withMock(
      adding('device_add', (at) => ({ driver: 'scsi-cd', id: `d${at}`, bus: 'scsi.0', ...placeOf(at) })),
      // Its bus takes thousands of devices.
      ['-machine', 'q35', '-device', 'virtio-scsi-pci,id=scsi'],
    ),
  },
  'mocks in a process, each with a client and a command': { unit: 'mock', base: 5, run: manyMocks },
};
