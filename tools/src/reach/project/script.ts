/**
 * The client and the mock without a test runner, on any runtime. It prints the name of each step that works.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { QmpClient, QmpCommandError, QmpListener } from 'qmp-core';
import { CassettePlayer, CassetteRecorder, MockQmp } from 'qmp-mock';

const directory = await mkdtemp(join(tmpdir(), 'qmp-reach-'));

async function step(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`FAILED ${name}: ${String(error)}`);
  }
}

function assert(condition: boolean, what: string): void {
  if (!condition) throw new Error(`${what} is not so`);
}

async function converse(client: QmpClient): Promise<void> {
  const { event } = await client.executeAndWait('stop', {}, 'STOP', { timeout: 10_000 });
  assert(event.event === 'STOP', 'the event');
  const refused = await client.send({ execute: 'nope' });
  assert(refused.error?.class === 'CommandNotFound', 'the refusal');
  const error: unknown = await client.execute('eject', { device: 'nope' }).catch((e: unknown) => e);
  assert(error instanceof QmpCommandError, 'the error');
  await client.close();
}

await step('in memory', async () => {
  await using mock = new MockQmp();
  await converse(await QmpClient.over(mock.connect()));
});
await step('UNIX socket', async () => {
  await using mock = new MockQmp();
  await converse(await QmpClient.connect(await mock.listen(join(directory, 'a.sock'))));
});
await step('TCP', async () => {
  await using mock = new MockQmp();
  await converse(await QmpClient.connect(await mock.listen('127.0.0.1:0')));
});
await step('accept', async () => {
  await using listener = await QmpListener.listen(join(directory, 'b.sock'));
  await using mock = new MockQmp();
  const [client] = await Promise.all([
    listener.accept({ timeout: 10_000 }),
    mock.dial(join(directory, 'b.sock')),
  ]);
  await converse(client);
});
await step('one byte per write', async () => {
  await using mock = new MockQmp();
  mock.fault.oneBytePerWrite();
  await converse(await QmpClient.connect(await mock.listen(join(directory, 'c.sock'))));
});
await step('cassettes', async () => {
  await using mock = new MockQmp();
  const recorder = new CassetteRecorder();
  await converse(await QmpClient.over(mock.connect(), { onMessage: recorder.record }));
  const player = new CassettePlayer(recorder.cassette());
  await converse(await QmpClient.over(player.connect()));
  player.verify();
  await player.close();
});

await rm(directory, { recursive: true });
