import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { QmpClient } from 'qmp-core';
import { duplexPair } from '../process/chardev/duplex-pair.ts';
import { expect, test } from 'vitest';
import { MockQmp } from './mock-qmp.ts';

test('the end of the machine is told where nobody is connected', async () => {
  await using mock = new MockQmp();
  await mock.listen();
  const ended = new Promise((resolve) => mock.onExit(resolve));
  mock.machine.guest.powerOff();
  expect(await ended).toBe(0);
});

test('it is told each time, to whoever still listens, and not of a machine that was taken away', async () => {
  await using mock = new MockQmp();
  const codes: [string, number][] = [];
  const stop = mock.onExit((code) => codes.push(['first', code]));
  mock.onExit((code) => codes.push(['second', code]));
  const end = async (): Promise<void> => {
    const client = await QmpClient.over(mock.connect());
    const told = new Promise((resolve) => mock.onExit(resolve));
    await client.execute('quit');
    await told;
    await client.close();
  };
  await end();
  stop();
  const before = mock.machine;
  mock.reset();
  before.guest.powerOff();
  await end();
  expect(codes).toEqual([
    ['first', 0],
    ['second', 0],
    ['second', 0],
  ]);
});

test('one monitor may print prettily beside others that do not', async () => {
  await using mock = new MockQmp();
  const greetings: string[] = [];
  for (const pretty of [true, false, undefined]) {
    const [client, server] = duplexPair();
    mock.serve(server, { pretty });
    client.end();
    greetings.push(await text(client));
    if (!server.closed) await once(server, 'close');
  }
  expect(greetings[0]).toMatch(/^\{\r?\n {4}"QMP": \{\r?\n/);
  expect(greetings[1]).toMatch(/^\{"QMP": \{/);
  expect(greetings[2]).toBe(greetings[1]);
});
