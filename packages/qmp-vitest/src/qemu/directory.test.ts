import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
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

describe.each(['plain', 'with\na line break'])('in a folder %j for temporary files', (name) => {
  const library = new URL('../../build/qemu/directory.js', import.meta.url).href;

  // A process of its own, which dies with the last character of this.
  async function killedIn(body: string): Promise<string> {
    const folder = join(scratch(), name);
    mkdirSync(folder);
    const script = `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const die = () => process.kill(process.pid, 'SIGKILL');
      const { mkdirSync } = fs;
      const mkdirAndThen = (next) => {
        fs.mkdirSync = (...args) => { mkdirSync(...args); next(args[0]); };
        syncBuiltinESMExports();
      };
      const { makeDirectory } = await import(${JSON.stringify(library)});
      ${body}
      die();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    return folder;
  }

  /** The reaper ends after the process that it cleans up behind. */
  async function expectLeft(folder: string, count: number): Promise<void> {
    await expect.poll(() => readdirSync(folder), { timeout: 30_000 }).toHaveLength(count);
  }

  test('kill -9 right after the directory was made', async () => {
    await expectLeft(await killedIn('mkdirAndThen(die); makeDirectory();'), 0);
  });

  test('kill -9 later', async () => {
    await expectLeft(await killedIn(`fs.writeFileSync(makeDirectory().path + '/file', '');`), 0);
  });

  test('what somebody else made in its place is not removed', async () => {
    const folder = await killedIn(`
      let first = true;
      fs.mkdirSync = (path, ...rest) => {
        if (first) mkdirSync(path);
        first = false;
        mkdirSync(path, ...rest);
      };
      syncBuiltinESMExports();
      makeDirectory();`);
    await expectLeft(folder, 1);
  });
});

test('a long TMPDIR is left for /tmp: the path of a socket has a limit', () => {
  expect(shortTmpdir('/var/tmp')).toBe('/var/tmp');
  expect(shortTmpdir(`/var/${'x'.repeat(90)}`)).toBe('/tmp');
});
