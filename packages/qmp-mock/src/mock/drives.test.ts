import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { rulesOf, VERSIONS } from '../../test/support/versions.ts';
import { makeImage } from '../machine/block/image/make-image.ts';
import { closeChain, openImage } from '../machine/block/image/open-image.ts';
import { NODE_IMAGE_FILES } from '../process/node/image-files.ts';
import { MockQmp } from './mock-qmp.ts';

const MIB = 1024 * 1024;

/** Output of a line that waits for nothing. */
function text(output: string | Promise<string>): string {
  if (typeof output !== 'string') throw new Error('the line takes its time');
  return output;
}

/** A mock with a folder of images; each is empty, and `over.qcow2` has `disk.qcow2` behind it. */
async function mockWith(
  qemu: string,
  args: (path: (name: string) => string) => readonly string[],
): Promise<{
  readonly run: (line: string) => string;
  readonly write: (drive: string, byte: number) => void;
  readonly path: (name: string) => string;
  readonly first: (name: string) => number | undefined;
  readonly stop: () => Promise<void>;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-drives-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = (name: string): string => join(folder, name);
  const backing = { filename: path('disk.qcow2'), format: 'qcow2' };
  makeImage(NODE_IMAGE_FILES, { filename: backing.filename, format: 'qcow2', size: MIB });
  makeImage(NODE_IMAGE_FILES, { filename: path('over.qcow2'), format: 'qcow2', size: MIB, backing });
  makeImage(NODE_IMAGE_FILES, { filename: path('plain.raw'), format: 'raw', size: MIB });
  const mock = new MockQmp({ qemu, args: ['-machine', 'pc', '-nodefaults', '-S', ...args(path)] });
  onTestFinished(() => mock.close());
  await mock.start();
  return {
    path,
    run: (line) =>
      text(mock.machine.humanMonitor.run(line))
        .replaceAll(/#block\d+/g, '#block')
        .replaceAll(folder, ''),
    write: (drive, byte) => mock.machine.guest.write(drive, 0, new Uint8Array(512).fill(byte)),
    first(name) {
      const image = openImage(NODE_IMAGE_FILES, path(name), {
        format: name.endsWith('.raw') ? 'raw' : 'qcow2',
      });
      try {
        return image.read(0, 1)[0];
      } finally {
        closeChain(image);
      }
    },
    stop: () => mock.close(),
  };
}

describe.for(VERSIONS)('drive_add in %s', (qemu) => {
  const prefix = rulesOf(qemu).driveErrorPrefix;

  test('adds drives that a device can have, and says why it does not', async () => {
    const { run, path } = await mockWith(qemu, () => []);
    for (const [options, answer] of [
      [`if=none,id=d,file=${path('disk.qcow2')},format=qcow2`, 'OK'],
      [`if=none,id=d,file=${path('disk.qcow2')},format=qcow2`, "Duplicate ID 'd' for drive"],
      [`if=none,file=${path('plain.raw')},format=raw`, 'OK'],
      ['if=none,id=e', 'OK'],
      [`if=none,id=x,file=${path('none')}`, `${prefix}Could not open '/none': No such file or directory`],
      ['if=bad,id=x', `${prefix}unsupported bus type 'bad'`],
      ['if=none,id=x,nosuch=1', `${prefix}Must specify either driver or file`],
    ] as const) {
      expect([options, run(`drive_add 0 ${options}`)]).toEqual([options, `${answer}\r\n`]);
    }
    expect(run('info block d')).toMatch('d (#block): /disk.qcow2 (qcow2)\r\n    Removable device');
    expect(run('info block')).toMatch('none1 (#block): /plain.raw (raw)');
    expect(run('device_add virtio-blk-pci,drive=d,id=v')).toBe('');
    expect(run('info block d')).toMatch('Attached to:      /machine/peripheral/v/virtio-backend');
    expect(run('drive_del d')).toBe('');
    expect(run('info block')).not.toMatch('d (#block)');
  });

  test('refuses a drive that needs a new device, once it has opened it', async () => {
    const { run, path } = await mockWith(qemu, () => []);
    const drive = `file=${path('disk.qcow2')},format=qcow2`;
    expect(run(`drive_add 0 if=ide,${drive}`)).toBe(`${prefix}Can't hot-add drive to type 1\r\n`);
    expect(run(`drive_add 0 if=virtio,${drive}`)).toBe(`${prefix}Can't hot-add drive to type 7\r\n`);
    expect(run('info block')).toBe('');
  });

  test('adds nodes with -n', async () => {
    const { run } = await mockWith(qemu, () => []);
    expect(run('drive_add -n 0 driver=null-co')).toBe(`${prefix}'node-name' needs to be specified\r\n`);
    expect(run('drive_add -n 0 driver=null-co,node-name=n')).toBe('');
    expect(run('info block -n')).toMatch('n: null-co:// (null-co)');
  });
});

describe.for(VERSIONS)('commit in %s', (qemu) => {
  const prefix = rulesOf(qemu).driveErrorPrefix;
  const drives = (path: (name: string) => string): string[] => [
    ...['-drive', `if=none,id=over,file=${path('over.qcow2')},format=qcow2`],
    ...['-drive', `if=none,id=plain,file=${path('plain.raw')},format=raw`],
    ...['-drive', 'if=none,id=empty'],
  ];

  test.for(['over', 'all'])('puts what was written into the backing file: %s', async (name) => {
    const { run, write, first, stop } = await mockWith(qemu, drives);
    write('over', 7);
    expect(run(`commit ${name}`)).toBe('');
    await stop();
    expect(first('disk.qcow2')).toBe(7);
  });

  test.for([
    ['plain', "'commit' error for 'plain': Operation not supported"],
    ['empty', "Device 'empty' has no medium"],
    ['nosuch', "Device 'nosuch' not found"],
  ] as const)('refuses %s', async ([name, answer]) => {
    const { run } = await mockWith(qemu, drives);
    expect(run(`commit ${name}`)).toBe(`${prefix}${answer}\r\n`);
  });
});

describe.for(VERSIONS)('-snapshot in %s', (qemu) => {
  test.for<{ title: string; more: readonly string[]; options: string; stays: boolean }>([
    { title: 'forgets what is written', more: ['-snapshot'], options: '', stays: false },
    { title: 'is also an option of a drive', more: [], options: ',snapshot=on', stays: false },
    { title: 'leaves out drives that say so', more: ['-snapshot'], options: ',snapshot=off', stays: true },
  ])('$title', async ({ more, options, stays }) => {
    const { run, write, first, stop } = await mockWith(qemu, (path) => [
      ...more,
      ...['-drive', `if=none,id=d,file=${path('plain.raw')},format=raw${options}`],
    ]);
    const name = /"filename": "([^"]*vl\.\w+)"/.exec(run('info block d'))?.[1];
    expect(name === undefined).toBe(stays);
    if (name !== undefined) expect(existsSync(name)).toBe(true);
    write('d', 7);
    await stop();
    expect(first('plain.raw')).toBe(stays ? 7 : 0);
    if (name !== undefined) expect(existsSync(name)).toBe(false);
  });

  test('commits, if somebody asks for it', async () => {
    const { run, write, first, stop, path } = await mockWith(qemu, (at) => [
      ...['-snapshot', '-drive', `if=none,id=d,file=${at('disk.qcow2')},format=qcow2`],
    ]);
    write('d', 7);
    expect(run('commit d')).toBe('');
    await stop();
    expect(first('disk.qcow2')).toBe(7);
    expect(readdirSync(join(path('.')))).toHaveLength(3);
  });
});
