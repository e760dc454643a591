/** A consumer of the types of all three packages, to be compiled by old compilers. */
import { expect, test } from 'qmp-vitest';
import { QmpClient, QmpCommandError } from 'qmp-vitest/core';
import { MockQmp } from 'qmp-vitest/mock';

export async function status(path: string): Promise<string> {
  const client = await QmpClient.connect(path, { timeout: 1000 });
  const reply = await client.execute('query-status');
  await client.close();
  return reply.status;
}

export function refusing(): MockQmp {
  const mock = new MockQmp({ onNotModelled: 'empty' });
  mock.handle('eject', () => {
    throw new QmpCommandError('GenericError', 'not now');
  });
  mock.expect('query-status').return({ running: true, status: 'running' });
  return mock;
}

test('compiles', async ({ qmp, mock }) => {
  const { event } = await qmp.executeAndWait('stop', {}, 'STOP');
  expect(event.event).toBe('STOP');
  expect(mock).toHaveReceivedCommand('stop');
});
