// What may grow: each scenario opens what it needs for some units of work, and gives the work and the clean-up.
const withClient = (work) => async (tools, units) => {
  const client = await tools.QmpClient.connect(tools.path);
  return { work: () => work(client.untyped, units), close: () => client.close() };
};

const withMock = (work) => async (tools, units) => {
  const mock = new tools.MockQmp();
  const client = await tools.QmpClient.over(mock.connect());
  return {
    work: () => work(client.untyped, units, mock),
    close: async () => {
      await client.close();
      await mock.close();
    },
  };
};

async function inTurn(client, units) {
  for (let i = 0; i < units; i += 1) await client.execute('query-status');
}

const atOnce = (client, units) =>
  Promise.all(Array.from({ length: units }, () => client.execute('query-status')));

async function events(client, units) {
  let left = units;
  const stream = client.events();
  await client.execute('query-events-flood', { n: units });
  // Those that left the bounded history before they were read are counted as dropped.
  for await (const event of stream) {
    void event;
    left -= 1;
    if (left - client.droppedEvents <= 0) break;
  }
}

/** `base`: units at 1×. */
export const scenarios = {
  'client: round trips': { unit: 'command', base: 50, run: withClient(inTurn) },
  'client: commands at once': { unit: 'command', base: 50, run: withClient(atOnce) },
  'client: size of a reply': {
    unit: 'KB',
    base: 50,
    run: withClient((client, units) => client.execute('query-block', { n: units * 1000 })),
  },
  'client: events': { unit: 'event', base: 500, run: withClient(events) },
  'mock: commands in turn': { unit: 'command', base: 50, run: withMock(inTurn) },
  'mock: commands at once': { unit: 'command', base: 50, run: withMock(atOnce) },
  'mocks in a process, each with a client and a command': {
    unit: 'mock',
    base: 5,
    async run({ MockQmp, QmpClient }, units) {
      const kept = [];
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
    },
  },
};
