import { cpSync, mkdirSync, rmSync, writeFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QmpClient } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FAKE_QEMU, QMP_MOCK, start } from '../../test/support/fake-qemu.ts';
import { startOutcome } from '../../test/support/start-outcome.ts';
import { MockQmp } from '../mock/mock-qmp.ts';
import { loadProfile } from './load-profile.ts';
import { QemuVersionError } from './version-error.ts';
import { knownVersions } from './version-folders.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

const data = fileURLToPath(new URL('../../data/', import.meta.url));
const [oldest = ''] = knownVersions();

/** A folder as `learn` writes it: of the oldest QEMU that we have, called 8.2. */
function learned(): string {
  const folder = temporaryDirectory('learned-');
  cpSync(join(data, oldest), folder, { recursive: true });
  change(folder, 'profile.json', (profile) => Object.assign(profile['version'] as object, { qemu: EIGHT }));
  return folder;
}

const EIGHT = { micro: 2, minor: 2, major: 8 };

function change(folder: string, file: string, edit: (contents: Record<string, unknown>) => void): void {
  const path = join(folder, 'x86_64', file);
  const contents = JSON.parse(readFileSync(path, 'utf8'));
  edit(contents);
  writeFileSync(path, JSON.stringify(contents));
}

describe('a learned folder', { timeout: 60_000 }, () => {
  test('is a QEMU that a mock can be', async () => {
    const folder = learned();
    const mock = new MockQmp({ qemu: folder });
    onTestFinished(() => mock.close());
    const client = await QmpClient.over(mock.connect());
    onTestFinished(() => client.close());
    expect(client.greeting?.QMP.version.qemu).toEqual(EIGHT);
    expect(await client.untyped.execute('query-version')).toMatchObject({ qemu: EIGHT });
    expect(loadProfile(folder).name).toBe('8.2');
    expect(loadProfile(join(folder, 'x86_64'))).toBe(loadProfile(folder));
    expect(await startOutcome(['-nosuch'], { version: folder })).toMatchObject({ exitCode: 1 });
  });

  test('is one that fake-qemu can be, though it goes elsewhere as a daemon', async () => {
    const folder = learned();
    const started = start(FAKE_QEMU, ['--fake-version', './x', '-version'], { cwd: join(folder, '..') });
    expect((await started.ended).stderr).toMatch(
      /--fake-version: .*\/x is not there.*learn --out \.\/x -- PATH/,
    );
    renameSync(join(folder, 'x86_64'), join(folder, 'y'));
    const moved = start(FAKE_QEMU, ['--fake-version', './y', '-version'], { cwd: folder });
    expect(await moved.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('QEMU emulator') });
  });

  test('is taken by the options of qmp-mock', async () => {
    const folder = learned();
    writeFileSync(join(folder, 'c.jsonl'), '{"cassette":1}\n{"execute":"stop"}\n{"return":{}}\n');
    const checked = await start(QMP_MOCK, ['check', '--against', './', 'c.jsonl'], { cwd: folder }).ended;
    expect(checked).toMatchObject({ code: 0 });
    const wrong = await start(QMP_MOCK, ['check', '--against', './no', 'c.jsonl'], { cwd: folder }).ended;
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--against \.\/no: .*is not there/),
    });
  });
});

describe('a folder that cannot be used', () => {
  test.each<[what: string, spoil: (folder: string) => void, message: RegExp]>([
    [
      'is empty',
      (folder) => rmSync(join(folder, 'x86_64'), { recursive: true }),
      /has no x86_64\/profile\.json/,
    ],
    ['lacks a file', (folder) => rmSync(join(folder, 'x86_64/queries.json')), /ENOENT.*queries\.json/],
    [
      'has a file that was cut off',
      (folder) => writeFileSync(join(folder, 'x86_64/schema.json'), '[{"name": "query-st'),
      /schema\.json is not JSON/,
    ],
    [
      'is of another format',
      (folder) => change(folder, 'profile.json', (file) => (file['format'] = 99)),
      /has format 99/,
    ],
    [
      'is of another processor',
      (folder) => change(folder, 'profile.json', (file) => (file['target'] = 'riscv64')),
      /for a QEMU for riscv64/,
    ],
    [
      'has no version',
      (folder) => change(folder, 'profile.json', (file) => delete file['version']),
      /has no version/,
    ],
    [
      'lacks a rule',
      (folder) => change(folder, 'rules.json', (file) => delete file['jsonParser']),
      /has no rule jsonParser/,
    ],
    [
      'has a rule of the wrong kind',
      (folder) => change(folder, 'rules.json', (file) => (file['noNmi'] = 7)),
      /has no rule noNmi/,
    ],
    [
      'was formatted',
      (folder) => change(folder, 'queries.json', () => {}),
      /queries\.json has no section "pc"/,
    ],
    [
      'is of something else',
      (folder) => writeFileSync(join(folder, 'x86_64/profile.json'), '"hello"'),
      /has format undefined/,
    ],
  ])('as it %s', (_, spoil, message) => {
    const folder = learned();
    spoil(folder);
    const load = (): unknown => new MockQmp({ qemu: folder });
    expect(load).toThrow(QemuVersionError);
    expect(load).toThrow(message);
    expect(load).toThrow(/qmp-mock learn --out .* -- PATH-TO-QEMU/);
  });
});

test('a version that is not there is refused with the way to learn it', () => {
  expect(() => new MockQmp({ qemu: '8.2' })).toThrow(
    `Expected \`qemu\` to be ${knownVersions().join(', ')} or 'installed', got "8.2". Another version is learned ` +
      'from its binary: npx qmp-mock learn --out ./qemu-8.2 -- PATH-TO-QEMU, and then "./qemu-8.2" in place of "8.2"',
  );
});

test('a folder that is given without a path is recognized', () => {
  const before = process.cwd();
  const folder = temporaryDirectory('learned-');
  onTestFinished(() => process.chdir(before));
  mkdirSync(join(folder, 'qemu-8.2/x86_64'), { recursive: true });
  process.chdir(folder);
  expect(() => loadProfile('qemu-8.2')).toThrow('give the folder as ./qemu-8.2');
});
