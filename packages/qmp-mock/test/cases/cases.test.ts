/**
 * Cases that somebody met, played on `fake-qemu` and compared with what was recorded of real QEMUs: the same,
 * or an honest "does not model", never something else.
 * `pnpm tools cases packages/qmp-mock/test/cases --list --recorded` shows the differences.
 */
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { play } from '../../../../tools/src/beside/play.ts';
import { fakeQemu } from '../../../../tools/src/qemu/program.ts';
import { furnishing, readCases, sessionOf } from '../../../../tools/src/cases/case.ts';
import { readRecordings } from '../../../../tools/src/cases/recordings.ts';
import { judge } from '../../../../tools/src/cases/verdict.ts';
import { knownVersions } from '../../src/version/version-folders.ts';
import stillWrong from './still-wrong.json' with { type: 'json' };

const folder = fileURLToPath(new URL('.', import.meta.url));
const cases = readCases(folder);
/** Cases that are known to be wrong. */
const known: readonly string[] = stillWrong;
/** On how many versions each case of the list was played, and those that were wrong on some version. */
const played = new Map<string, number>();
const wrong = new Set<string>();

describe.concurrent.each(knownVersions())('QEMU %s', (version) => {
  const program = fakeQemu(version);
  const recordings = readRecordings(folder, version);
  const about = cases.filter(({ versions }) => versions?.includes(version) ?? true);

  test.each(about)('$name: $title', async (item) => {
    const account = recordings.get(item.name);
    if (account === undefined)
      throw new Error(`${item.name} is not recorded; \`pnpm tools cases --record\` does so`);
    played.set(item.name, (played.get(item.name) ?? 0) + 1);
    // Events that come late are waited for only if something is missing.
    for (const patience of [0.4, 4]) {
      const ours = await play(program, sessionOf(item), furnishing(item), { patience });
      const { verdict, different } = judge(item, account, ours);
      if (verdict !== 'wrong') return;
      if (patience < 1 && different.every(({ kind }) => kind.startsWith('events'))) continue;
      if (known.includes(item.name)) return void wrong.add(item.name);
      expect(different.filter((pair) => pair.class !== 'honest')).toEqual([]);
    }
  });
});

test('what is known to be wrong is a case', () => {
  expect(cases.map(({ name }) => name)).toEqual(expect.arrayContaining([...known]));
});

afterAll(() => {
  const everywhere = known.filter((name) => played.get(name) === knownVersions().length);
  const right = everywhere.filter((name) => !wrong.has(name));
  expect(right, 'right again: take these off the list in still-wrong.json').toEqual([]);
});
