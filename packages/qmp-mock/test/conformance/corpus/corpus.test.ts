import { describe, expect, test, vi } from 'vitest';
import { exchanges, type Case, type Recording } from '../../../../../tools/src/conformance/corpus-case.ts';
import { knownVersions } from '../../../src/version/version-folders.ts';
import { drive } from './drive.ts';
import { AT_LEAST, EXACT, OFF } from './expectations.ts';
import { obstacleOf } from './mock-target.ts';
import { cases, recordings } from './recorded.ts';

// Some cases take in a hundred thousand tokens, one byte at a time, on a machine that may be busy. In ms.
vi.setConfig({ testTimeout: 60_000 });

/** Why a case cannot be held against a recording, or `undefined`. */
function obstacle(given: Case, recording: Recording | undefined): string | undefined {
  if (recording?.rx === undefined) return 'not recorded';
  if (!recording.stable) return 'QEMU itself answers differently from run to run';
  const why = obstacleOf(given);
  return why === undefined ? undefined : `needs a process: ${why}`;
}

async function ours(given: Case, version: string): Promise<Map<string, unknown[]>> {
  return exchanges(await drive(given, version), given.varies);
}

const theirs = (given: Case, recording: Recording): Map<string, unknown[]> =>
  exchanges(recording.rx, given.varies);

const byKey = (groups: Map<string, unknown[]>): Record<string, unknown[]> => Object.fromEntries(groups);

test('every category has an expectation, and every case that is named exists', () => {
  const named = new Set([...Object.keys(EXACT), ...Object.keys(AT_LEAST), ...Object.keys(OFF)]);
  expect([...named].toSorted()).toEqual([...new Set(cases.map(({ category }) => category))].toSorted());
  for (const [category, known] of Object.entries(EXACT)) {
    const ids = cases.filter((one) => one.category === category).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(Object.keys(known)));
  }
});

describe.each(knownVersions())('as QEMU %s', (version) => {
  const recorded = recordings(version);

  for (const [category, known] of Object.entries(EXACT)) {
    describe(`${category}, exactly`, () => {
      for (const given of cases.filter((one) => one.category === category)) {
        const recording = recorded.get(given.id);
        const why = obstacle(given, recording);
        const reason = known[given.id];
        if (why !== undefined) {
          test.skip(`${given.id} (${why})`, () => {});
        } else if (reason === undefined) {
          test(`${given.id}: ${given.description}`, async () => {
            expect(byKey(await ours(given, version))).toEqual(byKey(theirs(given, recording!)));
          });
        } else {
          test(`${given.id} still differs: ${reason}`, async () => {
            const answer = byKey(await ours(given, version));
            expect(answer, 'it is identical now: take it off the list').not.toEqual(
              byKey(theirs(given, recording!)),
            );
          });
        }
      }
    });
  }

  test.each(Object.entries(AT_LEAST))('%s: at least %d of the exchanges', async (category, share) => {
    let identical = 0;
    let all = 0;
    const differing: string[] = [];
    for (const given of cases.filter((one) => one.category === category)) {
      const recording = recorded.get(given.id);
      if (obstacle(given, recording) !== undefined) continue;
      const answer = await ours(given, version);
      const wanted = theirs(given, recording!);
      for (const key of new Set([...wanted.keys(), ...answer.keys()])) {
        all++;
        if (JSON.stringify(wanted.get(key)) === JSON.stringify(answer.get(key))) identical++;
        else differing.push(`${given.id} after chunk ${key}`);
      }
    }
    expect(
      identical / all,
      `${identical} of ${all} identical; not: ${differing.join(', ')}`,
    ).toBeGreaterThanOrEqual(share);
  });
});
