import { expect, test } from 'vitest';
import { knownVersions } from './version-folders.ts';
import { loadProfile } from './load-profile.ts';

test('known versions come oldest first', () => {
  expect(knownVersions()).toEqual(expect.arrayContaining(['7.2', '10.0', '11.1']));
  expect(knownVersions().indexOf('7.2')).toBeLessThan(knownVersions().indexOf('10.0'));
});

test.each(knownVersions())('the profile of QEMU %s is of that version', (version) => {
  const { name, version: recorded } = loadProfile(version);
  expect(name).toBe(version);
  expect(`${recorded.qemu.major}.${recorded.qemu.minor}`).toBe(version);
});

test('the newest version is the default', () => {
  expect(loadProfile()).toBe(loadProfile(knownVersions().at(-1)));
});

test('rules that changed between versions', () => {
  const rules = (['7.2', '10.0', '11.1'] as const).map((version) => loadProfile(version).rules);
  expect(rules.map((rule) => rule.jsonParser)).toEqual(['batch', 'batch', 'push']);
  expect(rules.map((rule) => rule.stopsWhileSuspended)).toEqual([false, true, true]);
  expect(rules.map((rule) => rule.statusHasSinglestep)).toEqual([true, false, false]);
});

test('a profile cannot be changed: all mocks of the process share it', () => {
  const profile = loadProfile('7.2');
  expect(() => Object.assign(profile.version.qemu, { major: 8 })).toThrow(TypeError);
});

test('an unknown version is refused, and the known ones are named', () => {
  expect(() => loadProfile('9.9')).toThrow(/No data of QEMU "9\.9": this package can be .*10\.0/);
  expect(() => loadProfile('10.0/../7.2')).toThrow(RangeError);
});
