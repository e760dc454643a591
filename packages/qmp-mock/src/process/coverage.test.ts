import { describe, expect, it } from 'vitest';
import { loadProfile } from '../version/load-profile.ts';
import { knownVersions } from '../version/version-folders.ts';
import { schemaOf } from '../engine/schema/schema.ts';
import { coverageOf } from './coverage.ts';

describe.for(knownVersions())('the commands of QEMU %s', (version) => {
  const profile = loadProfile(version);
  const { handled, recorded, checkedOnly } = coverageOf(profile);

  it('stand in one list each', () => {
    const all = [...handled, ...recorded, ...checkedOnly];
    expect(new Set(all).size).toBe(all.length);
    expect(all.toSorted()).toEqual([...schemaOf(profile).commands.keys()].toSorted());
  });

  it.each([
    ['handled', handled, 'stop'],
    ['handled', handled, 'qmp_capabilities'],
    ['recorded', recorded, 'query-replay'],
    ['checked only', checkedOnly, 'calc-dirty-rate'],
  ])('are %s, for example %s', (_kind, list, name) => {
    expect(list).toContain(name);
  });
});
