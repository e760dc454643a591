import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../../test/support/stand-in.ts';
import { QemuNotFoundError } from './errors.ts';
import { hostArchitecture, locateQemu, locateStorageDaemon, onPath } from './locate.ts';
import { NOWHERE } from '../../test/support/nowhere.ts';

const host = `qemu-system-${hostArchitecture()}`;

function program(folder: string, name: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
}

test('without a name: the QEMU of the host on PATH', () => {
  const [first, second] = [scratch(), scratch()];
  const path = program(second, host);
  expect(locateQemu({ env: { PATH: `${first}:${second}` } })).toBe(path);
});

test('the first on PATH that can be executed', () => {
  const [first, second, third] = [scratch(), scratch(), scratch()];
  program(first, host, 0o644);
  mkdirSync(join(second, host));
  const path = program(third, host);
  expect(locateQemu({ env: { PATH: `${first}:${second}:${third}` } })).toBe(path);
});

test('`binary` goes before QMP_QEMU_BINARY, and that before PATH', () => {
  const folder = scratch();
  const [onPathToo, named, given] = [host, 'named', 'given'].map((name) => program(folder, name));
  const env = { PATH: folder, QMP_QEMU_BINARY: named };
  expect(locateQemu({ env, binary: given })).toBe(given);
  expect(locateQemu({ env })).toBe(named);
  expect(locateQemu({ env: { ...env, QMP_QEMU_BINARY: '' } })).toBe(onPathToo);
});

test('a name without a slash is looked for on PATH', () => {
  const folder = scratch();
  const path = program(folder, 'my-qemu');
  expect(locateQemu({ env: { PATH: folder }, binary: 'my-qemu' })).toBe(path);
  expect(locateQemu({ env: { PATH: folder, QMP_QEMU_BINARY: 'my-qemu' } })).toBe(path);
});

test.each([
  ['binary', { binary: `${NOWHERE}/qemu` }, {}],
  ['QMP_QEMU_BINARY', {}, { QMP_QEMU_BINARY: `${NOWHERE}/qemu` }],
])('who names a program by %s gets no other', (source, options, env) => {
  const folder = scratch();
  program(folder, host);
  const locate = (): string => locateQemu({ ...options, env: { PATH: folder, ...env } });
  expect(locate).toThrow(QemuNotFoundError);
  expect(locate).toThrow(source);
  expect(locate).toThrow(`${NOWHERE}/qemu`);
});

test('the error lists every place, says what is wrong with what is there, and how to install QEMU', () => {
  const folder = scratch();
  program(folder, 'some-qemu', 0o644);
  mkdirSync(join(folder, 'sub', 'some-qemu'), { recursive: true });
  const env = { PATH: `${folder}:${join(folder, 'sub')}` };
  const error = catchError(() => locateQemu({ env, binary: 'some-qemu' }));
  expect(error).toBeInstanceOf(QemuNotFoundError);
  expect(error).toMatchObject({
    code: 'QEMU_NOT_FOUND',
    searched: [join(folder, 'some-qemu'), join(folder, 'sub', 'some-qemu')],
  });
  expect(error.message).toContain(`${join(folder, 'some-qemu')} (not executable)`);
  expect(error.message).toContain(`${join(folder, 'sub', 'some-qemu')} (not a file)`);
  expect(error.message).toMatch(/To install it: .*install/);
});

test('the storage daemon has a variable of its own', () => {
  const folder = scratch();
  const named = program(folder, 'daemon');
  const path = program(folder, 'qemu-storage-daemon');
  expect(locateStorageDaemon({ env: { PATH: folder, QMP_QEMU_BINARY: NOWHERE } })).toBe(path);
  expect(locateStorageDaemon({ env: { PATH: folder, QMP_STORAGE_DAEMON_BINARY: named } })).toBe(named);
  expect(() => locateStorageDaemon({ env: { PATH: '' }, binary: 'nope' })).toThrow('PATH is empty');
});

test('onPath gives nothing where there is nothing', () => {
  expect(onPath('no-such-program', { PATH: scratch() })).toBeUndefined();
});

function catchError(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not throw');
}
