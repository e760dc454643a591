import { QmpStateError } from 'qmp-core';
import { expect, test } from 'vitest';
import { formatVersion, parseVersionOutput, satisfies, type QemuVersion } from './version.ts';

test.each([
  [
    'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003-2022 …',
    { major: 7, minor: 2, micro: 22, package: 'Debian 1:7.2+dfsg-7+deb12u18+b3' },
  ],
  ['QEMU emulator version 10.0.13', { major: 10, minor: 0, micro: 13, package: '' }],
  ['QEMU emulator version 9.0.92 (v9.1.0-rc2)', { major: 9, minor: 0, micro: 92, package: 'v9.1.0-rc2' }],
  ['qemu-storage-daemon version 11.1.3', { major: 11, minor: 1, micro: 3, package: '' }],
  ['QEMU emulator version 8.2', { major: 8, minor: 2, micro: 0, package: '' }],
  ['bash: no such thing', undefined],
])('reads %j', (output, version) => {
  expect(parseVersionOutput(output)).toEqual(version);
});

const version = (text: string): QemuVersion => parseVersionOutput(`version ${text}`) as QemuVersion;

test.each([
  ['8.2.3', '>=8.2', true],
  ['8.1.9', '>=8.2', false],
  ['10.0.0', '>=8.2', true],
  ['8.2.3', '8.2', true],
  ['8.2.3', '=8', true],
  ['8.3.0', '8.2', false],
  ['8.2.3', '<=8.2', true],
  ['8.3.0', '<=8.2', false],
  ['8.2.3', '>8.2', false],
  ['8.3.0', '>8.2', true],
  ['8.2.3', '<8.2', false],
  ['8.2.3', '>=8.2.4', false],
  ['7.2.22', '>=7.2 <10', true],
  ['10.0.13', '>=7.2 <10', false],
  ['7.2.22', '>= 7.2   < 10', true],
  ['9.0.92', '<9.1', true],
])('%s in %j: %s', (text, range, expected) => {
  expect(satisfies(version(text), range)).toBe(expected);
});

test.each(['', 'new', '>=', '>=8.2.1.1', '~8.2', '8.x', '>=8.2 || 7'])('%j is no range', (range) => {
  expect(() => satisfies(version('8.2.0'), range)).toThrow(QmpStateError);
  expect(() => satisfies(version('8.2.0'), range)).toThrow(JSON.stringify(range));
});

test('prints a version as people write it', () => {
  expect(formatVersion(version('7.2.22'))).toBe('7.2.22');
});
