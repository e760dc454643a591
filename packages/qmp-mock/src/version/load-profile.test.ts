import { QmpOptionError } from 'qmp-core/errors';
import { expect, test } from 'vitest';
import { compareVersions, knownVersions } from './version-folders.ts';
import { loadProfile, loadSchema } from './load-profile.ts';

test('known versions come oldest first', () => {
  const known = knownVersions();
  expect(known.length).toBeGreaterThan(0);
  expect(known.toSorted(compareVersions)).toEqual(known);
  expect(['11.1', '7.2', '10.0', '7.10'].toSorted(compareVersions)).toEqual(['7.2', '7.10', '10.0', '11.1']);
});

test.each(knownVersions())('the profile of QEMU %s is of that version', (version) => {
  const { name, version: recorded } = loadProfile(version);
  expect(name).toBe(version);
  expect(`${recorded.qemu.major}.${recorded.qemu.minor}`).toBe(version);
});

test('the newest version is the default', () => {
  expect(loadProfile()).toBe(loadProfile(knownVersions().at(-1)));
});

test('every version has the same rules, and what the schema tells of one is so', () => {
  for (const version of knownVersions()) {
    const { rules } = loadProfile(version);
    expect(Object.keys(rules)).toEqual(Object.keys(loadProfile().rules));
    const schema = loadSchema(version);
    const { members } = schema.objectType(schema.commands.get('query-status')!.retType);
    expect(members.some(({ name }) => name === 'singlestep')).toBe(rules.statusHasSinglestep);
  }
});

test('a profile cannot be changed: all mocks of the process share it', () => {
  const profile = loadProfile();
  expect(() => Object.assign(profile.version.qemu, { major: 8 })).toThrow(TypeError);
});

test('an unknown version is refused, and the known ones are named', () => {
  expect(() => loadProfile('9.9')).toThrow(
    `Expected \`qemu\` to be ${knownVersions().join(', ')} or 'installed', got "9.9"`,
  );
  expect(() => loadProfile(`${knownVersions()[0]}/../x`)).toThrow(QmpOptionError);
});
