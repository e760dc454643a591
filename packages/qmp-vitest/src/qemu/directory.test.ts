import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scratch } from '../../test/support/stand-in.ts';
import { makeDirectory, shortTmpdir } from './directory.ts';

test('is private, and gone with all that is in it', async () => {
  const { path, remove } = makeDirectory();
  expect(statSync(path).mode & 0o777).toBe(0o700);
  mkdirSync(join(path, 'sub'));
  writeFileSync(join(path, 'sub', 'file'), '');
  await Promise.all([remove(), remove()]);
  expect(existsSync(path)).toBe(false);
  await remove();
});

test('links in it go, what they point at stays', async () => {
  const outside = join(scratch(), 'precious');
  writeFileSync(outside, 'kept');
  const { path, remove } = makeDirectory();
  symlinkSync(outside, join(path, 'file'));
  symlinkSync(join(outside, '..'), join(path, 'folder'));
  await remove();
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(outside, 'utf8')).toBe('kept');
});

test('a link in the place of the directory goes, what it points at stays', async () => {
  const outside = scratch();
  writeFileSync(join(outside, 'precious'), 'kept');
  const { path, remove } = makeDirectory();
  renameSync(path, `${path}-moved`);
  onTestFinished(() => rmSync(`${path}-moved`, { recursive: true }));
  symlinkSync(outside, path);
  await remove();
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('kept');
});

test('a long TMPDIR is left for /tmp: the path of a socket has a limit', () => {
  expect(shortTmpdir('/var/tmp')).toBe('/var/tmp');
  expect(shortTmpdir(`/var/${'x'.repeat(90)}`)).toBe('/tmp');
});
