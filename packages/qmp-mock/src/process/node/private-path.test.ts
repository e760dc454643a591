import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';

import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { privatePath } from './private-path.ts';
import { temporaryDirectory } from '../../../../../tools/src/lib/temporary.ts';

const built = new URL('../../../dist/index.js', import.meta.url).href;

/** A directory for temporary files, of the running test. */
function temporaryFiles(): string {
  const folder = temporaryDirectory('qmp-exit-');
  return folder;
}

/** Runs a script in which two mocks listen, and gives what is left in its directory for temporary files. */
function leftBy(ending: string, TMPDIR = temporaryFiles()): { left: string[]; listened: string } {
  const script = [
    `import { MockQmp } from ${JSON.stringify(built)};`,
    'const [one, two, three] = [new MockQmp(), new MockQmp(), new MockQmp()];',
    'await Promise.all([one.listen(), two.listen(), three.listen()]);',
    'await three.close();',
    `console.log((await import('node:fs')).readdirSync(${JSON.stringify(TMPDIR)}).length);`,
    ending,
  ].join('\n');
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR },
    encoding: 'utf8',
  });
  return { left: readdirSync(TMPDIR), listened: stdout.trim() };
}

test.each([
  ['process.exit', 'process.exit(3);'],
  ['an error that nobody catches', 'throw new Error("thrown on purpose");'],
  [
    "a signal that the program's own handler turns into an exit",
    "process.on('SIGTERM', () => process.exit()); process.kill(process.pid, 'SIGTERM');",
  ],
])('the end of the process by %s takes the directories along', (_name, ending) => {
  expect(leftBy(ending)).toEqual({ left: [], listened: '2' });
});

const DIE = "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});";

describe.skipIf(process.platform === 'win32')('a signal that ends the process', () => {
  // A library can't prevent it. It shows that the count above can fail, too.
  test('leaves the directories', () => {
    expect(leftBy(DIE).left).toHaveLength(2);
  });

  test('leaves them to the next process that listens, once they are a minute old', async () => {
    const folder = temporaryFiles();
    const { left } = leftBy(DIE, folder);
    expect(leftBy('process.exit();', folder)).toEqual({ left, listened: '4' });
    const alive = createServer().listen(join(mkdtempSync(join(folder, 'qmp-')), 's'));
    await once(alive, 'listening');
    const [kept] = readdirSync(folder).filter((name) => !left.includes(name));
    const foreign = join(folder, 'qmp-others');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'disk'), '');
    const past = new Date(Date.now() - 61_000);
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), past, past);
    expect(leftBy('process.exit();', folder)).toEqual({
      left: [kept, 'qmp-others'].toSorted(),
      listened: '4',
    });
    alive.close();
  });
});

test('however many mocks listen, one looks at the end of the process, and none when they are closed', () => {
  const script = [
    `import { MockQmp } from ${JSON.stringify(built)};`,
    "const count = () => process.listenerCount('exit');",
    'const counts = [count()];',
    'const mocks = [new MockQmp(), new MockQmp()];',
    'await Promise.all(mocks.map((mock) => mock.listen()));',
    'counts.push(count());',
    'await Promise.all(mocks.map((mock) => mock.close()));',
    'console.log(JSON.stringify([...counts, count()]));',
  ].join('\n');
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  const [before = Number.NaN, during, after] = JSON.parse(stdout) as number[];
  expect([during, after]).toEqual([before + 1, before]);
});

test('only this user can enter', async () => {
  const places = await Promise.all([privatePath(), privatePath()]);
  for (const place of places) {
    const { path } = place;
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    await place.remove();
    expect(existsSync(dirname(path))).toBe(false);
    await place.remove();
  }
});
