import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Transcript } from '../transcript/transcript.ts';
import { logFileName, removeLogFile, writeLogFile } from './log-file.ts';
import { tellStory, type MachineStory } from './story.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

function conversation(): Transcript {
  let now = 0;
  const transcript = new Transcript({ now: () => now });
  const say = (at: number, direction: 'out' | 'in', message: unknown): void => {
    now = at;
    transcript.record(direction, message);
  };
  say(0.02, 'in', {
    QMP: { version: { qemu: { major: 7, minor: 2, micro: 22 }, package: '' }, capabilities: ['oob'] },
  });
  say(0.4, 'out', { execute: 'qmp_capabilities', id: 'a' });
  say(0.6, 'in', { return: {}, id: 'a' });
  say(1.25, 'out', { execute: 'device_del', arguments: { id: 'nic0' }, id: 'b' });
  say(1.5, 'in', { error: { class: 'DeviceNotFound', desc: "Device 'nic0' not found" }, id: 'b' });
  return transcript;
}

const dead: MachineStory = {
  name: 'vm',
  what: 'QEMU, which dials in',
  entries: conversation().entries,
  commandLine: "qemu-system-x86_64 -name 'my vm' -S",
  stderr: 'warning: one\nqemu-system-x86_64: boom\n',
  exit: 'code 1',
};

test('the story has the conversation, the command line, stderr, the exit and where the log is', () => {
  expect(`\n${tellStory([dead], { logPath: 'qmp-logs/x.log' })}\n`).toMatchInlineSnapshot(`
    "
    ── what the machine saw ──
    vm: QEMU, which dials in
      QMP conversation:
           0.0 ms  ←  greeting: QEMU 7.2.22, offers oob
           0.4 ms  →  qmp_capabilities
           0.6 ms  ←  qmp_capabilities: {}
           1.3 ms  →  device_del {"id":"nic0"}
           1.5 ms  ←  device_del: DeviceNotFound: Device 'nic0' not found
      command line:
        qemu-system-x86_64 -name 'my vm' -S
      stderr:
        warning: one
        qemu-system-x86_64: boom
      exit: code 1
    Full log: qmp-logs/x.log
    "
  `);
});

test('a long story is cut to its tail and says so', () => {
  const told = tellStory([dead], { tail: 1, stderrLines: 1, width: 60 });
  expect(told).toContain('last 1 of 5 QMP messages:');
  expect(told).toContain('last 1 of 2 lines of stderr:');
  expect(told).not.toContain('qmp_capabilities');
  expect(told).toMatch(/device_del: Dev.* … \(\d+ characters\)/);
});

test('a machine that said nothing, and one that still runs, are told as such', () => {
  const told = tellStory([{ ...dead, entries: [], stderr: '\n', exit: undefined }]);
  expect(told).toContain('no QMP message was exchanged');
  expect(told).toContain('stderr: empty');
  expect(told).toContain('exit: still running when the test failed');
});

test('the log file holds every message whole, and the path is relative to the root', () => {
  const root = temporaryDirectory('qmp-log-');
  const logged = { file: 'a/boot.test.ts', names: ['boots', 'with disk'], id: '123_0_4', attempt: 0 };

  const path = writeLogFile('qmp-logs', logged, [dead], root);

  expect(path).toBe('qmp-logs/boot-boots-with-disk-123_0_4.log');
  expect(readdirSync(join(root, 'qmp-logs'))).toHaveLength(1);
  const text = readFileSync(join(root, path), 'utf8');
  expect(text).toContain('a/boot.test.ts > boots > with disk');
  expect(text).toContain('{"execute":"device_del","arguments":{"id":"nic0"},"id":"b"}');
  expect(text).toContain('warning: one\nqemu-system-x86_64: boom');
});

test('the log of a test that passes now is removed', () => {
  const root = temporaryDirectory('qmp-log-');
  const logged = { file: 'a.test.ts', names: ['x'], id: '1', attempt: 0 };
  writeLogFile('logs', logged, [], root);
  writeLogFile('logs', { ...logged, id: '2' }, [], root);

  removeLogFile('logs', logged, root);
  removeLogFile('never-made', logged, root);

  expect(readdirSync(join(root, 'logs'))).toEqual(['a-x-2.log']);
});

describe('a log file', () => {
  const logged = { file: 'a.test.ts', names: ['x'], id: '1', attempt: 0 };
  const NAME = 'a-x-1.log';

  function folder(): string {
    const root = temporaryDirectory('qmp-log-');
    mkdirSync(join(root, 'logs'));
    return root;
  }

  test.runIf(process.platform !== 'win32')('is readable by its owner alone', () => {
    const root = folder();
    const path = writeLogFile('logs', logged, [], root);
    expect(statSync(join(root, path)).mode & 0o777).toBe(0o600);
  });

  test('replaces the one of an earlier run', () => {
    const root = folder();
    writeLogFile('logs', logged, [dead], root);
    expect(writeLogFile('logs', logged, [], root)).toBe(`logs/${NAME}`);
    expect(readFileSync(join(root, 'logs', NAME), 'utf8')).not.toContain('boom');
    expect(readdirSync(join(root, 'logs'))).toEqual([NAME]);
  });

  type Occupy = (root: string) => void;
  test.each<[what: string, occupy: Occupy]>([
    ['a link to a file', (root) => symlinkSync(join(root, 'precious'), join(root, 'logs', NAME))],
    ['a link to nothing', (root) => symlinkSync(join(root, 'nothing'), join(root, 'logs', NAME))],
    ['a link to a log', (root) => symlinkSync(join(root, 'old.log'), join(root, 'logs', NAME))],
    ["somebody else's file", (root) => writeFileSync(join(root, 'logs', NAME), 'theirs')],
    ['an empty file', (root) => writeFileSync(join(root, 'logs', NAME), '')],
    ['a folder', (root) => mkdirSync(join(root, 'logs', NAME))],
  ])('leaves %s in its place alone, and takes another name', (_what, occupy) => {
    const root = folder();
    writeFileSync(join(root, 'precious'), 'kept');
    writeFileSync(join(root, 'old.log'), readFileSync(join(root, writeLogFile('logs', logged, [], root))));
    removeLogFile('logs', logged, root);
    occupy(root);
    const before = snapshot(root);

    const path = writeLogFile('logs', logged, [dead], root);
    expect(path).toBe('logs/a-x-1-2.log');
    expect(readFileSync(join(root, path), 'utf8')).toContain('boom');
    rmSync(join(root, path));
    expect(snapshot(root)).toEqual(before);

    removeLogFile('logs', logged, root);
    expect(snapshot(root)).toEqual(before);
  });

  /** Contents of a folder, links unfollowed. */
  function snapshot(root: string): Record<string, string> {
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    return Object.fromEntries(
      entries.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const content = entry.isSymbolicLink()
          ? `-> ${readlinkSync(path)}`
          : entry.isFile()
            ? readFileSync(path, 'utf8')
            : 'folder';
        return [path, content];
      }),
    );
  }
});

test.each([
  ['../../etc/passwd', ['x'], 0, 'passwd-x-1.log'],
  ['a.test.ts', ['日本'], 0, 'a-1.log'],
  ['a.test.ts', ['b/../c'], 2, 'a-b-..-c-1-attempt3.log'],
  ['a.test.ts', ['x'.repeat(300)], 0, `a-${'x'.repeat(78)}-1.log`],
])('log file name of %s > %s, attempt %i is %s', (file, names, attempt, expected) => {
  expect(logFileName({ file, names, attempt, id: '1' })).toBe(expected);
});
