// The one complaint about mocks that is tested alone in its file, and so in a process of its own: what other
// tests are still closing would be counted too.
import { QmpClient } from 'qmp-core';
import { expect, test } from 'vitest';
import { MockQmp } from './mock-qmp.ts';

/** How many sockets and pipes keep this process alive. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => /Pipe|TCP/.test(name)).length;
}

test('a reply that never comes leaves handles open (msw#778, jest-websocket-mock#64)', async () => {
  const before = sockets();
  const mock = new MockQmp();
  const { path } = (await mock.listen()) as { path: string };
  mock.handle('query-name', () => new Promise(() => {}));
  mock.expect('query-uuid').after(1e9).return({ UUID: 'x' });
  const first = await QmpClient.connect({ path });
  const second = await QmpClient.over(mock.connect());
  const stuck = Promise.allSettled([first.execute('query-name'), second.execute('query-uuid')]);
  await mock.waitForCommand('query-name');
  await mock.waitForCommand('query-uuid');
  await mock.close();
  expect((await stuck).map((result) => result.status)).toEqual(['rejected', 'rejected']);
  await Promise.all([first.close(), second.close()]);
  await expect.poll(sockets).toBe(before);
  expect(mock.clock.pending).toBe(0);
});
