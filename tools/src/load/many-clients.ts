import assert from 'node:assert/strict';
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import type { Load } from './load.ts';
import { used } from './memory-in-use.ts';

/** Clients that are many. */
export const manyClients: Readonly<Record<string, Load>> = {
  thousand: {
    what: '1 000 clients on 1 000 mocks (UNIX and TCP), 10 commands each at once',
    async run() {
      const mocks = Array.from({ length: 1000 }, () => new MockQmp());
      const clients = await Promise.all(
        mocks.map(async (mock, at) =>
          QmpClient.connect(await mock.listen(at % 2 === 0 ? undefined : { port: 0 }), { timeout: 60_000 }),
        ),
      );
      const replies = await Promise.all(
        clients.flatMap((client) => Array.from({ length: 10 }, () => client.execute('query-status'))),
      );
      assert.equal(replies.filter(({ running }) => running).length, 10_000);
      for (const mock of mocks) assert.equal(mock.received('query-status').length, 10);
      const peak = used();
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all(mocks.map((mock) => mock.close()));
      return peak;
    },
  },
  queue: {
    what: '200 clients that try one socket: one is served at a time, each in the end',
    async run() {
      const mock = new MockQmp();
      const where = await mock.listen();
      let atOnce = 0;
      await Promise.all(
        Array.from({ length: 200 }, async () => {
          const client = await QmpClient.connect(where, { timeout: 60_000 });
          atOnce = Math.max(atOnce, mock.connections.length);
          await client.execute('query-status');
          await client.close();
        }),
      );
      assert.equal(atOnce, 1);
      assert.equal(mock.received('query-status').length, 200);
      const peak = used();
      await mock.close();
      return peak;
    },
  },
};
