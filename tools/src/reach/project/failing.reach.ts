/** A test that has to fail, with the machine's story in its message. */
import { expect, test } from 'qmp-vitest';

test('fails', async ({ qmp }) => {
  await qmp.execute('query-name');
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
});
