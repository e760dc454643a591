import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const built = (path: string): string =>
  JSON.stringify(new URL(`../../../${path}/dist/index.js`, import.meta.url).href);

/** A program that leaves replies unanswered, and then has nothing more to do. */
const PROGRAM = `
import { QmpClient } from ${built('qmp-core')};
import { MockQmp } from ${built('qmp-mock')};
const mock = new MockQmp();
const { path } = await mock.listen();
mock.handle('query-name', () => new Promise(() => {}));
mock.expect('query-uuid').after(1e9).return({ UUID: 'x' });
const first = await QmpClient.connect({ path });
const second = await QmpClient.over(mock.connect());
const stuck = Promise.allSettled([first.execute('query-name'), second.execute('query-uuid')]);
await mock.waitForCommand('query-name');
await mock.waitForCommand('query-uuid');
await mock.close();
const settled = await stuck;
await Promise.all([first.close(), second.close()]);
console.log(JSON.stringify({ statuses: settled.map(({ status }) => status), pending: mock.clock.pending }));
`;

test('a reply that never comes leaves handles open (msw#778, jest-websocket-mock#64)', async () => {
  // Whatever keeps it alive, the program is killed after 50 s, which is an error.
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    timeout: 50_000,
    killSignal: 'SIGKILL',
  });
  expect(JSON.parse(stdout)).toEqual({ statuses: ['rejected', 'rejected'], pending: 0 });
});
