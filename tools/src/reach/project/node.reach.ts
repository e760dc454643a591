/** The mock under `node:test`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';

void test('stop pauses', async () => {
  await using mock = new MockQmp();
  await using client = await QmpClient.over(mock.connect());
  await client.execute('stop');
  assert.equal(((await client.execute('query-status')) as { status: string }).status, 'paused');
});
