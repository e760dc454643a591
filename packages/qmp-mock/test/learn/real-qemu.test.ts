import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { exchanges } from '../../../../tools/src/conformance/corpus-case.ts';
import { loadProfile } from '../../src/version/load-profile.ts';
import { knownVersions } from '../../src/version/version-folders.ts';
import { drive } from '../conformance/corpus/drive.ts';
import { EXACT } from '../conformance/corpus/expectations.ts';
import { obstacleOf } from '../conformance/corpus/mock-target.ts';
import { cases, recordings } from '../conformance/corpus/recorded.ts';
import { QMP_MOCK, scratch, start } from '../support/fake-qemu.ts';
import { findQemu, NO_QEMU, qemuRequired } from '../support/real-qemu.ts';

/** Learning takes a quarter of a minute; this is for a machine with ten times as much to do. In ms. */
const PATIENCE = { timeout: 300_000 };
const data = fileURLToPath(new URL('../../data/', import.meta.url));

test(
  'the folder of the installed QEMU is a QEMU that answers as was recorded from it',
  PATIENCE,
  async ({ skip }) => {
    const qemu = findQemu();
    if (qemu === undefined) {
      if (qemuRequired) throw new Error(`QMP_REQUIRE_QEMU=1, but ${NO_QEMU}`);
      skip(NO_QEMU);
      return;
    }
    const folder = join(scratch(), 'learned');
    const learned = start(QMP_MOCK, ['learn', '--out', folder, '--', qemu]);
    const code = await new Promise<number | null>((resolve) => learned.child.once('close', resolve));
    expect(code, learned.stderr()).toBe(0);

    const { name, version } = loadProfile(folder);
    const recorded = recordings(name);
    if (recorded.size === 0) skip(`nothing was recorded of QEMU ${name}`);
    if (knownVersions().includes(name) && loadProfile(name).version.package === version.package) {
      // The very QEMU that our own folder was learned from: it has nothing that the other has not, byte for
      // byte.
      for (const file of readdirSync(join(folder, 'x86_64')))
        expect
          .soft(text(join(folder, 'x86_64', file)) === text(join(data, name, 'x86_64', file)), file)
          .toBe(true);
    }
    const differing: string[] = [];
    let compared = 0;
    for (const [category, exceptions] of Object.entries(EXACT)) {
      for (const given of cases.filter((one) => one.category === category && !(one.id in exceptions))) {
        const recording = recorded.get(given.id);
        if (recording?.stable !== true || obstacleOf(given) !== undefined) continue;
        compared += 1;
        const answers = exchanges(await drive(given, folder), given.varies);
        if (!sameMaps(answers, exchanges(recording.rx, given.varies))) differing.push(given.id);
      }
    }
    expect(compared).toBeGreaterThan(0);
    expect(differing).toEqual([]);
  },
);

test('a copy of a folder of our own is the same QEMU, wherever it is', async () => {
  const version = knownVersions().at(-1)!;
  const folder = scratch();
  cpSync(join(data, version), folder, { recursive: true });
  const [given] = cases.filter(({ category }) => category === 'lifecycle');
  expect(await drive(given!, folder)).toEqual(await drive(given!, version));
});

const text = (path: string): string => readFileSync(path, 'utf8');

function sameMaps(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return [...new Set([...a.keys(), ...b.keys()])].every(
    (key) => JSON.stringify(a.get(key)) === JSON.stringify(b.get(key)),
  );
}
