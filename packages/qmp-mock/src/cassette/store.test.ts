import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordTalk } from '../../test/support/cassettes.ts';
import { CassetteFormatError, CassetteMissingError } from './errors.ts';
import { cassetteMode, readCassette, saveCassette } from './store.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

function scratch(): string {
  const directory = temporaryDirectory('qmp-store-');
  return directory;
}

test('a cassette is created, left alone where nothing changed, and replaced where something did', async () => {
  const file = join(scratch(), 'deep/er/stop.jsonl');
  const stop = await recordTalk((client) => client.execute('stop'));
  expect(saveCassette(file, stop)).toBe('created');
  const text = readFileSync(file, 'utf8');
  expect(saveCassette(file, stop)).toBe('unchanged');
  const slower = { ...stop, lines: stop.lines.map((line) => ({ ...line, after: 5000 })) };
  expect(saveCassette(file, slower)).toBe('unchanged');
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(saveCassette(file, await recordTalk((client) => client.execute('query-name')))).toBe('updated');
  expect(readCassette(file).lines).toHaveLength(3);
  expect(readdirSync(join(file, '..'))).toEqual(['stop.jsonl']);
});

test('a file that is no cassette is replaced, but not read', async () => {
  const file = join(scratch(), 'x.jsonl');
  expect(() => readCassette(file)).toThrow(CassetteMissingError);
  writeFileSync(file, 'nonsense');
  expect(() => readCassette(file)).toThrow(CassetteFormatError);
  expect(saveCassette(file, await recordTalk((client) => client.execute('stop')))).toBe('updated');
});

test.each<[env: Record<string, string>, expected: string]>([
  [{}, 'replay'],
  [{ CI: 'true' }, 'lockdown'],
  [{ CI: 'false' }, 'replay'],
  [{ CI: '1', QMP_CASSETTE_MODE: 'update' }, 'update'],
  [{ QMP_CASSETTE_MODE: '' }, 'replay'],
])('the mode of %j is %s', (env, expected) => {
  expect(cassetteMode(env)).toBe(expected);
});

test('a mode that there is not is refused', () => {
  expect(() => cassetteMode({ QMP_CASSETTE_MODE: 'tape' })).toThrow('replay, record, update, lockdown');
});
