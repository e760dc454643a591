// A check that needs no test runner: it ends with 0 where all is well, else with 1 and the reason.
import assert from 'node:assert/strict';
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import { shutDown } from './shut-down.mjs';

/** Runs a check with a mock and a client of its own; the mock has the last word. */
async function check(title, body) {
  const mock = new MockQmp();
  try {
    const qmp = await QmpClient.connect(await mock.listen());
    await body(mock, qmp);
    mock.verify();
    console.log(`ok: ${title}`);
  } finally {
    await mock.close();
  }
}

await check('a guest that listens shuts down by itself', async (mock, qmp) => {
  mock
    .expect('system_powerdown')
    .return({})
    .emit('POWERDOWN')
    .emit('SHUTDOWN', { guest: true, reason: 'guest-shutdown' });
  mock.expect('quit').never();
  assert.equal(await shutDown(qmp, 10_000), 'guest');
});

await check('a guest that does not is unplugged', async (mock, qmp) => {
  mock.expect('system_powerdown').return({}).emit('POWERDOWN');
  // The line that `--careless` leaves out is the one that allows it: the mock then says so, and the exit code
  // is 1.
  if (process.argv.includes('--careless')) mock.expect('quit').never();
  else mock.expect('quit');
  assert.equal(await shutDown(qmp, 20), 'plug');
});
