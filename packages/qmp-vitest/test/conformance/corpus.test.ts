import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, vi } from 'vitest';
import type { Program } from '../../../../tools/src/qemu/program.ts';
import { runCase, unsupported } from '../../../../tools/src/record/corpus/run-case.ts';
import { exchanges, type Case } from '../../../../tools/src/conformance/corpus-case.ts';
import { cases, recordings } from '../../../qmp-mock/test/conformance/corpus/recorded.ts';
import { obstacleOf } from '../../../qmp-mock/test/conformance/corpus/mock-target.ts';
import { AT_LEAST, EXACT, OFF } from '../../../qmp-mock/test/conformance/corpus/expectations.ts';
import { knownVersions } from '../../../qmp-mock/src/version/version-folders.ts';
import { FakeQemu } from '../../src/fake-qemu/fake-qemu.ts';
import { expect, test as base } from '../../src/index.ts';

// The recorded corpus through the fixture's launcher: a process for each case, with its machine in this one.
// Each case is held against one version, the next case against the next version; `QMP_CORPUS=all` holds each
// against all. Of the cases that are about what bytes mean, and that qmp-mock's own tests hold against all
// versions without a process, every fourth is enough to see that the process hands bytes on as they are;
// `all` takes each of them, too.

/** Length of the silence in ms after which a step is over, once everything has come that was recorded. */
const SILENCE = 20;

/** Number of cases at once. */
const AT_ONCE = 6;

// A process for each case, on a machine that may be busy. In ms.
vi.setConfig({ testTimeout: 300_000 });

const versions = knownVersions();
const recorded = new Map(versions.map((version) => [version, recordings(version)]));

/** One case of a version. */
interface Pair {
  readonly given: Case;
  readonly version: string;
}

const IN_FULL = process.env['QMP_CORPUS'] === 'all';
/** Categories that are about what bytes mean. */
const OF_BYTES: readonly string[] = ['envelope', 'json', 'arguments'];

function isTaken(given: Case, at: number): boolean {
  return IN_FULL || at % 4 === 0 || !OF_BYTES.includes(given.category) || obstacleOf(given) !== undefined;
}

const pairs: readonly Pair[] = cases
  .filter(isTaken)
  .flatMap((given, at) =>
    versions
      .filter((_, index) => IN_FULL || index === at % versions.length)
      .map((version) => ({ given, version })),
  )
  .filter(({ given, version }) => {
    const recording = recorded.get(version)?.get(given.id);
    return recording?.rx !== undefined && recording.stable && unsupported(given) === undefined;
  });

/** A directory of launchers for each version. */
const test = base.extend<{ launchers: ReadonlyMap<string, FakeQemu> }>({
  launchers: async ({ fakeQemu: { directory } }, use) => {
    const launchers = new Map<string, FakeQemu>();
    for (const version of versions) {
      const folder = join(directory, version);
      mkdirSync(folder);
      // Events are rate-limited in real time, as they were recorded.
      const mockOptions = { qemu: version, clock: 'system' } as const;
      launchers.set(version, await FakeQemu.open({ directory: folder, mockOptions, patience: 60_000 }));
    }
    await use(launchers);
    await Promise.all([...launchers.values()].map((fake) => fake.close()));
  },
});

/** Exchanges of a case: recorded and ours, by step and connection. */
async function compare(
  { directory }: FakeQemu,
  { given, version }: Pair,
): Promise<readonly (readonly unknown[])[]> {
  const recording = recorded.get(version)!.get(given.id)!;
  const program: Program = { name: version, version, command: [join(directory, 'qemu-system-x86_64')] };
  const chunks = given.chunks.map((chunk) => ({ ...chunk, idle_ms: SILENCE }));
  const { rx } = await runCase(program, { ...given, chunks, idle_ms: SILENCE }, { recorded: recording });
  const [wanted, got] = [exchanges(recording.rx, given.varies), exchanges(rx, given.varies)];
  return [...new Set([...wanted.keys(), ...got.keys()])].map((key) => [key, wanted.get(key), got.get(key)]);
}

/** Compares all cases of a category, several at once. */
async function compareAll(category: string, launchers: ReadonlyMap<string, FakeQemu>) {
  const todo = pairs.filter(
    ({ given }) => given.category === category && EXACT[category]?.[given.id] === undefined,
  );
  const differing: string[] = [];
  let all = 0;
  const work = async (): Promise<void> => {
    for (let pair = todo.shift(); pair !== undefined; pair = todo.shift()) {
      for (const [key, wanted, got] of await compare(launchers.get(pair.version)!, pair)) {
        all++;
        if (JSON.stringify(wanted) === JSON.stringify(got)) continue;
        differing.push(
          `${pair.given.id} as ${pair.version}, step ${String(key)}: ${JSON.stringify(wanted)}, not ${JSON.stringify(got)}`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { all, differing };
}

describe.skipIf(process.platform === 'win32')('the corpus through the launcher of `fakeQemu`', () => {
  test.for(Object.keys(EXACT))('%s: exactly', async (category, { launchers }) => {
    const { all, differing } = await compareAll(category, launchers);
    expect(all).toBeGreaterThan(0);
    expect(differing).toEqual([]);
  });

  test.for(Object.entries(AT_LEAST))(
    '%s: at least %d of the exchanges',
    async ([category, share], { launchers }) => {
      const { all, differing } = await compareAll(category, launchers);
      expect((all - differing.length) / all, differing.join('\n')).toBeGreaterThanOrEqual(share);
    },
  );

  test('every category is here or is off', () => {
    const named = [...Object.keys(EXACT), ...Object.keys(AT_LEAST), ...Object.keys(OFF)];
    expect([...new Set(cases.map(({ category }) => category))].toSorted()).toEqual(named.toSorted());
  });
});
