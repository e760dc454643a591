import { expect, onTestFinished, test } from 'vitest';
import { ScriptedMonitor } from '../test/support/scripted-monitor.ts';
import { withoutProxy } from '../test/support/without-proxy.ts';
import { QmpClient } from './client.ts';
import { QmpDisconnectedError } from './errors.ts';
import type { UntypedQapi } from './qapi/schema.ts';

async function open(): Promise<{ monitor: ScriptedMonitor; client: QmpClient<UntypedQapi> }> {
  const monitor = new ScriptedMonitor();
  const [client] = await Promise.all([QmpClient.over<UntypedQapi>(monitor.near), monitor.open()]);
  onTestFinished(() => client.close());
  return { monitor, client };
}

/** Whether a promise has settled by now, with everything done that is ready. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.finally(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

test('what was sent is answered before the stream ends; its caller is told at once', async () => {
  const { monitor, client } = await open();
  const first = client.execute('stop').catch((error: unknown) => error);
  const second = client.execute('quit').catch((error: unknown) => error);
  const closing = client.close();
  expect(await first).toBeInstanceOf(QmpDisconnectedError);
  expect(await second).toBeInstanceOf(QmpDisconnectedError);
  expect(client.connected).toBe(false);
  monitor.event('STOP');
  await monitor.answer();
  expect(await isSettled(closing)).toBe(false);
  expect(monitor.near.writableEnded).toBe(false);
  await monitor.answer();
  await closing;
  expect(monitor.near.destroyed).toBe(true);
});

test.each<[string, (monitor: ScriptedMonitor) => void]>([
  ['a monitor that ends in place of an answer', (monitor) => void monitor.stream.end()],
  ['a monitor that answers with what is not JSON', (monitor) => monitor.raw('nonsense\r\n')],
  ['a monitor that never answers', () => {}],
])('%s does not keep it open', async (_name, say) => {
  const { monitor, client } = await open();
  client.execute('quit').catch(() => {});
  const closing = client.close();
  await monitor.next();
  say(monitor);
  await closing;
  expect(monitor.near.destroyed).toBe(true);
});

test('nobody waits for the answer to a command that was given up', async () => {
  withoutProxy('it looks at whether its own stream was ended');
  const { monitor, client } = await open();
  const gaveUp = new AbortController();
  const slow = client.execute('slow', {}, { signal: gaveUp.signal }).catch((error: unknown) => error);
  await monitor.next();
  gaveUp.abort('enough');
  expect(await slow).toBe('enough');
  const closing = client.close();
  expect(monitor.near.writableEnded).toBe(true);
  await closing;
});
