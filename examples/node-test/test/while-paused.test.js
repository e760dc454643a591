import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { QmpClient } from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import { whilePaused } from '../src/while-paused.js';

/** @type {MockQmp} */
let mock;
/** @type {QmpClient} */
let qmp;

beforeEach(async () => {
  mock = new MockQmp();
  qmp = await QmpClient.over(mock.connect());
});

afterEach(async () => {
  try {
    mock.verify();
  } finally {
    await mock.close();
  }
});

test('the guest stands still in the meantime, and goes on', async () => {
  const status = await whilePaused(qmp, async () => (await qmp.execute('query-status')).status);
  assert.equal(status, 'paused');
  assert.equal((await qmp.execute('query-status')).status, 'running');
});

test('it goes on after a failure, too', async () => {
  const failing = whilePaused(qmp, () => Promise.reject(new Error('the disk is full')));
  await assert.rejects(failing, /the disk is full/);
  assert.deepEqual(
    mock.received.map((command) => command.execute),
    ['query-status', 'stop', 'cont'],
  );
});

test('a guest that was paused before stays paused', async () => {
  await qmp.execute('stop');
  mock.expect('cont').never();
  await whilePaused(qmp, async () => {});
  assert.equal((await qmp.execute('query-status')).status, 'paused');
});

test('a connection that breaks in the middle is not taken for success', async () => {
  mock.fault.disconnectMidReply({ command: 'stop' });
  await assert.rejects(
    whilePaused(qmp, async () => {}),
    { code: 'QMP_DISCONNECTED' },
  );
});
