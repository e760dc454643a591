/**
 * Memory of N mocks in one process, each listening on its own socket with a negotiated in-memory client:
 * prints bytes.
 */
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import { collectGarbage } from '../../lib/memory.ts';

const count = Number(process.argv[2] ?? 1000);

function used(): { rss: number; heap: number } {
  collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}

async function pair(): Promise<{ mock: MockQmp; client: QmpClient }> {
  const mock = new MockQmp();
  const client = await QmpClient.over(mock.connect());
  await client.execute('query-status');
  return { mock, client };
}

const warm = await pair();
await warm.client.close();
await warm.mock.close();
const before = used();
const kept: unknown[] = [];
for (let i = 0; i < count; i += 1) kept.push(await pair());
const after = used();
// Counting them here keeps them alive until here.
console.log(
  JSON.stringify({ rss: after.rss - before.rss, heap: after.heap - before.heap, count: kept.length }),
);
process.exit(0);
