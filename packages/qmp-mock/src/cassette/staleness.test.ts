import { expect, test } from 'vitest';
import { recordTalk, playTo } from '../../test/support/cassettes.ts';
import { loadSchema } from '../version/load-profile.ts';
import { CassetteStaleError } from './errors.ts';
import { parseCassette, printCassette } from './format.ts';
import { schemaHash } from './shapes.ts';
import { assertFresh, findStale } from './staleness.ts';

const GREETING =
  '{"QMP":{"version":{"qemu":{"major":7,"minor":2,"micro":22},"package":""},"capabilities":["oob"]}}';

test('the hash of a schema does not depend on names of types or order', () => {
  const entries = JSON.parse(loadSchema('10.0').queryQmpSchemaText()) as { name: string }[];
  const text = JSON.stringify(entries.toReversed()).replace(/"(\d+)"/g, '"type$1"');
  expect(schemaHash(loadSchema('10.0'))).toMatch(/^sha256:[0-9a-f]{64}$/);
  const twin = parseCassette(
    printCassette({ header: { cassette: 1, qemu: '10.0.13' }, shapes: {}, lines: [] }),
  );
  expect(twin.header.qemu).toBe('10.0.13');
  expect(findStale({ ...twin, lines: [] }, JSON.parse(text) as never)).toEqual([]);
  expect(schemaHash(loadSchema('7.2'))).not.toBe(schemaHash(loadSchema('10.0')));
});

test('nothing is stale under the QEMU that it was recorded on', async () => {
  const cassette = await recordTalk(async (client) => {
    await client.execute('query-status');
    await client.untyped.execute('nope').catch(() => {});
    await client.execute('quit');
  });
  expect(findStale(cassette, '10.0')).toEqual([]);
  expect(findStale(cassette, JSON.parse(loadSchema('10.0').queryQmpSchemaText()) as never)).toEqual([]);
});

test('under another, exactly what was used and has changed is named, with the line and what is different', async () => {
  const cassette = await recordTalk(async (client) => {
    await client.execute('query-name');
    await client.execute('query-status');
    await client.execute('stop');
  });
  // 7.2 has `singlestep` beside; nothing else of these has changed.
  const stale = findStale(cassette, '7.2');
  expect(stale.map(({ name }) => name)).toEqual(['query-status']);
  expect(() => assertFresh(cassette, '7.2')).toThrow(CassetteStaleError);
  expect(() => assertFresh(cassette, '7.2')).toThrow(
    /talk\.jsonl was recorded on QEMU 10\.0\.\d+ and is stale under QEMU 7\.2[^]*✗ command query-status \(talk\.jsonl:7\)\n {6}what was recorded cannot be said any more: return\.singlestep is missing[^]*return\.singlestep: is new, mandatory/,
  );
  await expect(playTo(cassette, { against: '7.2' })).rejects.toThrow(CassetteStaleError);
  await expect(playTo(cassette, { against: '10.0' })).resolves.toBeDefined();
});

test.each<[what: string, lines: string[], message: string]>([
  [
    'a command that is gone',
    ['{"execute":"query-sgx","id":1}', '{"return":{},"id":1}', '{"execute":"nope-at-all"}', '{"return":{}}'],
    'command nope-at-all (old.jsonl:5)\n      what was recorded cannot be said any more: there is no such command',
  ],
  [
    'arguments that are refused',
    [
      '{"execute":"query-status"}',
      '{"return":{"running":true,"status":"running"}}',
      '{"execute":"eject","arguments":{"device":7}}',
      '{"return":{}}',
    ],
    "command eject (old.jsonl:5)\n      what was recorded cannot be said any more: Invalid parameter type for 'device', expected: string",
  ],
  [
    'an event that says something else',
    ['{"event":"RESET","data":{"guest":true}}'],
    'event RESET (old.jsonl:3)\n      what was recorded cannot be said any more: data.reason is missing',
  ],
])('%s breaks what was recorded', (_, lines, message) => {
  const cassette = parseCassette(`{"cassette":1}\n${GREETING}\n${lines.join('\n')}`, 'old.jsonl');
  expect(() => assertFresh(cassette, '11.1', { report: 'broken' })).toThrow(message);
});

test('a change that leaves the recorded messages good can be let pass', async () => {
  const cassette = await recordTalk((client) => client.execute('query-version'));
  const changed = { ...cassette, shapes: { 'query-version': '000000000000' } };
  expect(() => assertFresh(changed, '10.0')).toThrow(
    'command query-version (talk.jsonl:4)\n      its shape is another',
  );
  expect(() => assertFresh(changed, '10.0', { report: 'broken' })).not.toThrow();
});
