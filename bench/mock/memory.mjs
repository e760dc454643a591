// Memory of N mocks in one process, each listening on its own socket with a negotiated in-memory client: prints bytes.
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';

const count = Number(process.argv[2] ?? 1000);
const used = () => {
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
};
const warm = new MockQmp();
const first = await QmpClient.over(warm.connect());
await first.execute('query-status');
await first.close();
await warm.close();
const before = used();
const kept = [];
for (let i = 0; i < count; i += 1) {
  const mock = new MockQmp();
  const client = await QmpClient.over(mock.connect());
  await client.execute('query-status');
  kept.push(mock, client);
}
const after = used();
// Counting them here keeps them alive until here.
console.log(
  JSON.stringify({ rss: after.rss - before.rss, heap: after.heap - before.heap, count: kept.length / 2 }),
);
process.exit(0);
