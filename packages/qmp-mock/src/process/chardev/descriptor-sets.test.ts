import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAKE_QEMU, scratch, within } from '../../../test/support/fake-qemu.ts';
import { findQemu } from '../../../test/support/real-qemu.ts';
import { NotModelledError } from '../../engine/not-modelled.ts';
import { StartOption } from '../command-line/start-option.ts';
import { DescriptorSets } from './descriptor-sets.ts';

/** Flags of descriptors, as Linux shows them. */
const FLAGS: Readonly<Record<string, string>> = { 7: '0100000', 8: '0102001', 9: '0100002' };

const sets = new DescriptorSets(
  ['set=1,fd=7', 'set=1,fd=8,opaque=log', 'fd=9,set=2', 'fd=10,set=3'].map(
    (argument) => new StartOption('add-fd', argument, `-add-fd ${argument}`),
  ),
  {
    read: (path) => {
      const flags = FLAGS[path.replace('/proc/self/fdinfo/', '')];
      if (flags === undefined) throw new Error(`there is no ${path}`);
      return `pos:\t0\nflags:\t${flags}\nmnt_id:\t1\n`;
    },
  },
);

describe('sets of descriptors', () => {
  it.each([
    ['/var/log/x', 'write', '/var/log/x'],
    ['/dev/fdset/1', 'read', '/proc/self/fd/7'],
    ['/dev/fdset/1', 'write', '/proc/self/fd/8'],
    ['/dev/fdset/1x', 'write', '/dev/fdset/1x'],
  ] as const)('opens %s to %s as %s', (path, access, expected) => {
    expect(sets.pathOf(path, access)).toBe(expected);
  });

  it.each([
    ['/dev/fdset/5', 'ENOENT'],
    ['/dev/fdset/2', 'EACCES'],
  ])('refuses %s with %s', (path, code) => {
    expect(() => sets.pathOf(path, 'write')).toThrow(expect.objectContaining({ code }));
  });

  it('does not guess the flags of a descriptor, nor the words about a log file', () => {
    expect(() => sets.pathOf('/dev/fdset/3', 'write')).toThrow(NotModelledError);
    expect(() => sets.pathOfLog('/dev/fdset/2')).toThrow(NotModelledError);
  });
});

describe.skipIf(process.platform !== 'linux')('a file chardev on an inherited descriptor', () => {
  const qemu = findQemu();
  const fake = { name: 'fake-qemu', command: process.execPath, first: [FAKE_QEMU] };
  const programs = qemu === undefined ? [fake] : [fake, { name: 'QEMU', command: qemu, first: [] }];
  const rows = [
    { flag: 'a', append: '', status: 0 },
    { flag: 'w', append: ',append=on', status: 0 },
    { flag: 'r', append: ',append=on', status: 1 },
    { flag: 'r+', append: '', status: 1 },
  ];

  it.each(programs.flatMap((program) => rows.map((row) => ({ ...program, ...row }))))(
    '$name: opened by "$flag", path=…$append',
    async ({ command, first, flag, append, status }) => {
      const path = join(scratch(), 'console.log');
      closeSync(openSync(path, 'a'));
      const log = openSync(path, flag);
      const chardev = `file,id=c,path=/dev/fdset/0${append}`;
      const machine = ['-machine', 'none', '-nodefaults', '-display', 'none', '-qmp', 'stdio'];
      const child = spawn(command, [...first, ...machine, '-add-fd', 'set=0,fd=3', '-chardev', chardev], {
        stdio: ['pipe', 'ignore', 'pipe', log],
      });
      let stderr = '';
      child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
      child.stdin?.on('error', () => {});
      child.stdin?.end('{"execute":"qmp_capabilities"}{"execute":"quit"}');
      const code = await within('its end', new Promise((resolve) => child.once('close', resolve)));
      closeSync(log);
      const refusal = `-chardev ${chardev}: Could not open '/dev/fdset/0': Permission denied\n`;
      expect([code, stderr.replace(/^[^ ]+: /, '')]).toEqual([status, status === 0 ? '' : refusal]);
      expect(readFileSync(path, 'utf8')).toBe('');
    },
  );
});
