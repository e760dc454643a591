import { test as base } from 'vitest';
import { expect, withQmp } from 'qmp-vitest';

let attempts = 0;

const once = withQmp(base, {
  scope: 'file',
  prepare: async ({ qmp }) => {
    if (attempts++ === 0) throw new Error('the first prepare failed');
    await qmp.execute('stop');
  },
});

once('meets the failure', ({ qmp }) => {
  expect(qmp).toBeUndefined();
});

once('after a failure: a machine that is prepared', async ({ qmp }) => {
  expect(attempts).toBe(2);
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
});

let failures = 0;

const always = withQmp(base, {
  scope: 'file',
  prepare: () => {
    failures++;
    throw failures === 1
      ? new Error('the image is broken')
      : new Error(`prepare failed, time ${failures}`, { cause: new Error('a lock is held') });
  },
});

for (const time of [1, 2, 3]) {
  always(`meets failure ${time}`, ({ qmp }) => {
    expect(qmp).toBeUndefined();
  });
}
