import { expect, test } from 'vitest';
import { recordTalk, playTo } from '../../test/support/cassettes.ts';
import { NEWEST, OLDEST, versionsWhere } from '../../test/support/versions.ts';
import { loadSchema } from '../version/load-profile.ts';
import { CassetteStaleError } from './errors.ts';
import { parseCassette, printCassette } from './format.ts';
import { schemaHash } from './shapes.ts';
import { assertFresh, findStale } from './staleness.ts';

const GREETING =
  '{"QMP":{"version":{"qemu":{"major":7,"minor":2,"micro":22},"package":""},"capabilities":["oob"]}}';

test('the hash of a schema does not depend on names of types or order', () => {
  const entries = JSON.parse(loadSchema(NEWEST).queryQmpSchemaText()) as { name: string }[];
  const text = JSON.stringify(entries.toReversed()).replace(/"(\d+)"/g, '"type$1"');
  expect(schemaHash(loadSchema(NEWEST))).toMatch(/^sha256:[0-9a-f]{64}$/);
  const twin = parseCassette(
    printCassette({ header: { cassette: 1, qemu: '10.0.13' }, shapes: {}, lines: [] }),
  );
  expect(twin.header.qemu).toBe('10.0.13');
  expect(findStale({ ...twin, lines: [] }, JSON.parse(text) as never)).toEqual([]);
  if (OLDEST !== NEWEST) expect(schemaHash(loadSchema(OLDEST))).not.toBe(schemaHash(loadSchema(NEWEST)));
});

test('nothing is stale under the QEMU that it was recorded on', async () => {
  const cassette = await recordTalk(async (client) => {
    await client.execute('query-status');
    await client.untyped.execute('nope').catch(() => {});
    await client.execute('quit');
  });
  expect(findStale(cassette, NEWEST)).toEqual([]);
  expect(findStale(cassette, JSON.parse(loadSchema(NEWEST).queryQmpSchemaText()) as never)).toEqual([]);
});

// An older QEMU has `singlestep` beside; nothing else of these has changed.
const others = versionsWhere((rules) => rules.statusHasSinglestep);

test.each(others)(
  'under %s, exactly what was used and has changed is named, with the line and what is different',
  async (other) => {
    const cassette = await recordTalk(async (client) => {
      await client.execute('query-name');
      await client.execute('query-status');
      await client.execute('stop');
    });
    const stale = findStale(cassette, other);
    expect(stale.map(({ name }) => name)).toEqual(['query-status']);
    expect(() => assertFresh(cassette, other)).toThrow(CassetteStaleError);
    expect(() => assertFresh(cassette, other)).toThrow(
      /talk\.jsonl was recorded on QEMU [\d.]+ and is stale under QEMU [\d.]+[^]*✗ command query-status \(talk\.jsonl:7\)\n {6}what was recorded can no longer be said: return\.singlestep is missing[^]*return\.singlestep: is new, mandatory/,
    );
    await expect(playTo(cassette, { against: other })).rejects.toThrow(CassetteStaleError);
    await expect(playTo(cassette, { against: NEWEST })).resolves.toBeDefined();
  },
);

test.each<[what: string, lines: string[], message: string]>([
  [
    'a command that is gone',
    ['{"execute":"query-sgx","id":1}', '{"return":{},"id":1}', '{"execute":"nope-at-all"}', '{"return":{}}'],
    'command nope-at-all (old.jsonl:5)\n      what was recorded can no longer be said: there is no such command',
  ],
  [
    'arguments that are refused',
    [
      '{"execute":"query-status"}',
      '{"return":{"running":true,"status":"running"}}',
      '{"execute":"eject","arguments":{"device":7}}',
      '{"return":{}}',
    ],
    "command eject (old.jsonl:5)\n      what was recorded can no longer be said: Invalid parameter type for 'device', expected: string",
  ],
  [
    'an event that says something else',
    ['{"event":"RESET","data":{"guest":true}}'],
    'event RESET (old.jsonl:3)\n      what was recorded can no longer be said: data.reason is missing',
  ],
])('%s breaks what was recorded', (_, lines, message) => {
  const cassette = parseCassette(`{"cassette":1}\n${GREETING}\n${lines.join('\n')}`, 'old.jsonl');
  expect(() => assertFresh(cassette, NEWEST, { report: 'broken' })).toThrow(message);
});

test('a change that leaves the recorded messages good can be let pass', async () => {
  const cassette = await recordTalk((client) => client.execute('query-version'));
  const changed = { ...cassette, shapes: { 'query-version': '000000000000' } };
  expect(() => assertFresh(changed, NEWEST)).toThrow(
    'command query-version (talk.jsonl:4)\n      its shape is another',
  );
  expect(() => assertFresh(changed, NEWEST, { report: 'broken' })).not.toThrow();
});
