import { QmpClient } from 'qmp-core';
import { expect, onTestFinished, test } from 'vitest';
import { MockQmp } from '../mock/mock-qmp.ts';
import { printLine } from './format.ts';
import { RecordingProxy } from './recording-proxy.ts';
import { NEWEST } from '../../test/support/versions.ts';
import { NOWHERE } from '../../test/support/nowhere.ts';

test('records what any client says to a QEMU, with its schema, and who hung up', async () => {
  const mock = new MockQmp({ qemu: NEWEST });
  onTestFinished(() => mock.close());
  const ends: string[] = [];
  const proxy = await RecordingProxy.open({
    target: await mock.listen(),
    onConversationEnd: (by) => ends.push(by),
  });
  onTestFinished(() => proxy.close());
  const address = await proxy.listen();
  expect(proxy.empty).toBe(true);
  const first = await QmpClient.connect(address);
  await first.execute('stop');
  await first.close();
  await expect.poll(() => ends).toEqual(['client']);
  const second = await QmpClient.connect(address);
  await second.execute('quit');
  await second.closed;
  await expect.poll(() => ends).toEqual(['client', 'monitor']);
  const { header, shapes, lines } = proxy.cassette();
  expect(header).toMatchObject({
    qemu: expect.stringContaining(`${NEWEST}.`),
    schema: expect.stringMatching(/^sha256:/),
  });
  expect(Object.keys(shapes)).toEqual(['quit', 'stop', 'SHUTDOWN', 'STOP']);
  expect(lines.map(printLine).filter((line) => !line.startsWith('{"QMP"'))).toEqual([
    '{"execute":"stop"}',
    '{"event":"STOP"}',
    '{"return":{}}',
    '{"end":"client"}',
    '{"execute":"quit"}',
    '{"event":"SHUTDOWN","data":{"guest":false,"reason":"host-qmp-quit"}}',
    '{"return":{}}',
    '{"end":"monitor"}',
  ]);
  expect(proxy.empty).toBe(false);
});

test('a monitor that is not there is said at once', async () => {
  await expect(RecordingProxy.open({ target: `${NOWHERE}/qmp.sock` })).rejects.toMatchObject({
    phase: 'dial',
  });
});
