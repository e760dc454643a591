import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { inRepository } from '../lib/repository.ts';
import { Scratch } from '../lib/scratch.ts';
import { recordedVersions } from '../lib/versions.ts';
import { findQemus, requireQemus } from './find-programs.ts';

const [oldest, newest] = [recordedVersions().at(0)!, recordedVersions().at(-1)!];

const scratch = new Scratch();
const binary = scratch.file('stand-in');
const standIn = inRepository('packages/qmp-mock/dist/fake-qemu.cjs');
writeFileSync(binary, `#!${process.execPath}\nrequire(${JSON.stringify(standIn)});\n`, { mode: 0o700 });
afterAll(() => scratch[Symbol.dispose]());
afterEach(() => vi.unstubAllEnvs());

/** No QEMU anywhere, but Node for the stand-in; which tells this version. */
function only(version: string): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('QMP_QEMU_')) vi.stubEnv(name, '');
  vi.stubEnv('PATH', scratch.path);
  vi.stubEnv('FAKE_QEMU_VERSION', version);
}

test('a path, with or without the version that it stands for', () => {
  only(oldest);
  const found = { name: `QEMU ${oldest}`, version: oldest, command: [binary] };
  expect(findQemus([binary])).toEqual([found]);
  expect(findQemus([`${oldest}=${binary}`, binary])).toEqual([found]);
  expect(() => findQemus([`${newest}=${binary}`])).toThrow(`is QEMU ${oldest}, not ${newest}`);
  expect(() => findQemus(['/nosuch'])).toThrow('/nosuch cannot be run');
});

test('the environment, if nothing is given', () => {
  only(newest);
  vi.stubEnv(`QMP_QEMU_${newest.replace('.', '_')}`, binary);
  expect(findQemus().map(({ version }) => version)).toEqual([newest]);
  vi.stubEnv(`QMP_QEMU_${oldest.replace('.', '_')}`, binary);
  expect(() => findQemus()).toThrow(`is QEMU ${newest}, not ${oldest}`);
});

test('QMP_QEMU_BINARY; and none', () => {
  only(newest);
  expect(findQemus()).toEqual([]);
  expect(() => requireQemus()).toThrow('give one with --qemu');
  vi.stubEnv('QMP_QEMU_BINARY', binary);
  expect(requireQemus().map(({ version }) => version)).toEqual([newest]);
});
