import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { memoryPair } from '../test/support/memory-pair.ts';
import { GREETING } from '../test/support/scripted-monitor.ts';
import { QmpClient } from './client.ts';
import type { UntypedQapi } from './qapi/schema.ts';

test('each request is one line: a peer that reads by lines answers', async () => {
  const [near, far] = memoryPair();
  const sent: string[] = [];
  const lines: string[] = [];
  far.on('data', (chunk: Buffer) => sent.push(chunk.toString()));
  createInterface({ input: far }).on('line', (line) => {
    lines.push(line);
    const { id } = JSON.parse(line) as { id: unknown };
    far.write(`${JSON.stringify({ return: {}, id })}\r\n`);
  });
  far.write(`${GREETING}\r\n`);
  const client = await QmpClient.over<UntypedQapi>(near, { timeout: 30_000 });
  onTestFinished(() => client.close());
  await client.execute('stop');
  await client.send({ execute: 'cont', arguments: { text: 'two\nlines' } });
  await Promise.all([client.execute('a'), client.execute('b'), client.execute('c')]);
  expect(lines).toEqual([
    '{"execute":"qmp_capabilities","id":1}',
    '{"execute":"stop","id":2}',
    '{"execute":"cont","arguments":{"text":"two\\nlines"},"id":3}',
    '{"execute":"a","id":4}',
    '{"execute":"b","id":5}',
    '{"execute":"c","id":6}',
  ]);
  // Nothing but line feeds between them, also if several go out in one write.
  expect(sent.join('')).toBe(lines.map((line) => `${line}\n`).join(''));
});

test('quit has its line end when no answer comes without, or another request does', async () => {
  const [near, far] = memoryPair();
  let sent = '';
  far.on('data', (chunk: Buffer) => (sent += chunk.toString()));
  const client = await QmpClient.over<UntypedQapi>(near, { negotiate: false });
  onTestFinished(() => client.close());
  const first = client.execute('quit');
  await once(far, 'data');
  expect(sent).toBe('{"execute":"quit","id":1}');
  const second = client.execute('query-status');
  far.write('{"return": {}, "id": 1}\r\n{"return": {}, "id": 2}\r\n');
  await Promise.all([first, second]);
  expect(sent).toBe('{"execute":"quit","id":1}\n{"execute":"query-status","id":2}\n');
  const third = client.send({ execute: 'quit' });
  createInterface({ input: far }).on('line', () => far.write('{"return": {}, "id": 3}\r\n'));
  await third;
  expect(sent.split('\n').slice(2)).toEqual(['{"execute":"quit","id":3}', '']);
});

test('an answer to quit makes its line end needless', async () => {
  const [near, far] = memoryPair();
  let sent = '';
  far.on('data', (chunk: Buffer) => (sent += chunk.toString()));
  const client = await QmpClient.over<UntypedQapi>(near, { negotiate: false });
  const quit = client.execute('quit');
  far.write('{"return": {}, "id": 1}\r\n');
  await quit;
  await client.close();
  expect(sent).toBe('{"execute":"quit","id":1}');
});
