import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { machineBench, type MachineBench } from '../../../../test/support/machine-bench.ts';
import { VERSIONS } from '../../../../test/support/versions.ts';
import { NODE_IMAGE_FILES } from '../../../process/node/image-files.ts';
import { makeImage } from '../../block/image/make-image.ts';
import { closeChain, openImage } from '../../block/image/open-image.ts';
import type { MachineOptions } from '../../machine-options.ts';

const MIB = 1024 * 1024;

/** Whether the tools of QEMU are there to judge images. */
const hasQemuImg = ((): boolean => {
  try {
    execFileSync('qemu-img', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** A folder with images: `a.qcow2`, `b.qcow2` and `r.raw`. */
function imageFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-snapshots-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['a.qcow2', 'b.qcow2', 'r.raw']) {
    const format = name.endsWith('.raw') ? 'raw' : 'qcow2';
    makeImage(NODE_IMAGE_FILES, { filename: join(folder, name), format, size: MIB });
  }
  return folder;
}

/** A machine with the nodes `a`, `b`, … of a folder. */
function machineWith(
  folder: string,
  nodes: readonly string[],
  options: MachineOptions & { qemu?: string } = {},
): MachineBench {
  const bench = machineBench({ ...options, host: { images: NODE_IMAGE_FILES } });
  onTestFinished(() => bench.machine.stop());
  for (const node of nodes) {
    const driver = node.startsWith('r') ? 'raw' : 'qcow2';
    const file = { driver: 'file', filename: join(folder, `${node}.${driver}`) };
    expect(bench.send('blockdev-add', { driver, 'node-name': node, file })).toEqual({});
  }
  bench.log.length = 0;
  return bench;
}

const hmp = (bench: MachineBench, line: string): unknown =>
  bench.send('human-monitor-command', { 'command-line': line });

describe.for(VERSIONS)('lines about snapshots of the machine in %s', (qemu) => {
  test.for<{ title: string; nodes: readonly string[]; lines: readonly string[]; log: readonly string[] }>([
    {
      title: 'without a disk',
      nodes: [],
      lines: ['savevm one', 'loadvm one', 'loadvm one', 'delvm one'],
      log: [
        'Error: no block device can store vmstate for snapshot\r\n',
        'STOP',
        'Error: no block device can store vmstate for snapshot\r\n',
        'Error: no block device can store vmstate for snapshot\r\n',
        '',
      ],
    },
    {
      title: 'of a running machine',
      nodes: ['a'],
      lines: ['savevm one', 'loadvm one', 'delvm one', 'loadvm one'],
      log: [
        ...['STOP', 'RESUME', ''],
        ...['STOP', 'RESUME', ''],
        '',
        'STOP',
        "Error: Snapshot 'one' does not exist in one or more devices\r\n",
      ],
    },
    {
      title: 'with a disk that can have none',
      nodes: ['a', 'r'],
      lines: ['savevm one', 'loadvm one', 'delvm one'],
      log: [
        "Error: Device 'r' is writable but does not support snapshots\r\n",
        'STOP',
        "Error: Device 'r' is writable but does not support snapshots\r\n",
        "Error: Device 'r' is writable but does not support snapshots\r\n",
      ],
    },
  ])('$title', ({ nodes, lines, log }) => {
    const bench = machineWith(imageFolder(), nodes, { qemu });
    for (const line of lines) hmp(bench, line);
    expect(bench.log).toEqual(log);
  });

  test('take the state of the disk back, and leave a stopped machine alone', () => {
    const folder = imageFolder();
    const bench = machineWith(folder, ['a'], { qemu, paused: true });
    const write = (byte: number): void => bench.machine.guest.write('a', 0, new Uint8Array(512).fill(byte));
    write(7);
    hmp(bench, 'savevm one');
    write(8);
    expect(hmp(bench, 'loadvm one')).toBe('');
    expect(bench.log).toEqual(['', '']);
    expect(bench.machine.power.state).toBe('prelaunch');
    bench.machine.stop();
    const image = openImage(NODE_IMAGE_FILES, join(folder, 'a.qcow2'), { format: 'qcow2' });
    expect(image.read(0, 1)).toEqual(new Uint8Array([7]));
    closeChain(image);
  });

  test('name a snapshot by the time', () => {
    const bench = machineWith(imageFolder(), ['a'], { qemu });
    hmp(bench, 'savevm');
    expect(hmp(bench, 'info snapshots')).toMatch(/ vm-\d{14} /);
  });

  test('refuse a snapshot of a disk alone', () => {
    const bench = machineWith(imageFolder(), ['a'], { qemu });
    bench.send('blockdev-snapshot-internal-sync', { device: 'a', name: 'disk' });
    expect(hmp(bench, 'loadvm disk')).toBe(
      'Error: This is a disk-only snapshot. Revert to it  offline using qemu-img\r\n',
    );
    expect(bench.machine.power.state).toBe('restore-vm');
  });

  test('do not load over dirty bitmaps', () => {
    const bench = machineWith(imageFolder(), ['a'], { qemu });
    hmp(bench, 'savevm one');
    bench.send('block-dirty-bitmap-add', { node: 'a', name: 'bitmap' });
    expect(hmp(bench, 'loadvm one')).toBe(
      "Error: Could not load snapshot 'one' on 'a': Device has active dirty bitmaps\r\n",
    );
  });
});

describe.for(VERSIONS)('jobs about snapshots of the machine in %s', (qemu) => {
  /** Runs a job and gives the events of its course, and the error at its end. */
  function run(bench: MachineBench, type: string, args: Record<string, unknown>): (string | undefined)[] {
    bench.log.length = 0;
    bench.send(`snapshot-${type}`, { 'job-id': 'job', tag: 'one', ...args });
    const events = bench.log.map((entry) => /"status":"(\w+)"/.exec(entry)?.[1] ?? entry);
    const [job] = bench.send('query-jobs') as { error?: string }[];
    bench.send('job-dismiss', { id: 'job' });
    return [...events, job?.error];
  }
  const good = ['waiting', 'pending', 'concluded'];
  const bad = ['aborting', 'concluded'];
  const begun = ['created', 'running'];

  test('stop the machine before their reply and end after it', () => {
    const bench = machineWith(imageFolder(), ['a', 'b'], { qemu });
    const both = { vmstate: 'a', devices: ['a', 'b'] };
    const course = [...begun, 'STOP', 'RESUME', '{}', ...good, undefined];
    expect(run(bench, 'save', both)).toEqual(course);
    expect(run(bench, 'load', both)).toEqual(course);
    expect(run(bench, 'delete', { devices: ['a', 'b'] })).toEqual([...begun, '{}', ...good, undefined]);
    expect(run(bench, 'delete', { devices: ['a', 'b'] })).toEqual([...begun, '{}', ...good, undefined]);
    expect(run(bench, 'load', both)).toEqual([
      ...begun,
      'STOP',
      '{}',
      ...bad,
      "Snapshot 'one' does not exist in one or more devices",
    ]);
  });

  test.for<{ title: string; type: string; args: Record<string, unknown>; error: string }>([
    {
      title: 'no node',
      type: 'save',
      args: { vmstate: 'a', devices: [] },
      error: 'At least one device is required for snapshot',
    },
    {
      title: 'a node that is not there',
      type: 'save',
      args: { vmstate: 'a', devices: ['a', 'x'] },
      error: "No block device node 'x'",
    },
    {
      title: 'a place for the state that is not among them',
      type: 'save',
      args: { vmstate: 'b', devices: ['a'] },
      error: "vmstate block device 'b' does not exist",
    },
    {
      title: 'a raw node',
      type: 'save',
      args: { vmstate: 'a', devices: ['a', 'r'] },
      error: "Device 'r' is writable but does not support snapshots",
    },
    {
      title: 'a name that is there',
      type: 'save',
      args: { tag: 'there', vmstate: 'a', devices: ['a'] },
      error: "Snapshot 'there' already exists in one or more devices",
    },
    {
      title: 'a raw node of a snapshot to delete',
      type: 'delete',
      args: { devices: ['r'] },
      error: "Device 'r' is writable but does not support snapshots",
    },
  ])('fail with $title', ({ type, args, error }) => {
    const bench = machineWith(imageFolder(), ['a', 'b', 'r'], { qemu, paused: true });
    expect(run(bench, 'save', { tag: 'there', vmstate: 'a', devices: ['a'] }).at(-1)).toBeUndefined();
    expect(run(bench, type, args)).toEqual([...begun, '{}', ...bad, error]);
  });
});

describe('a saved state', () => {
  test('is loaded by another machine that was started alike', () => {
    const folder = imageFolder();
    const first = machineWith(folder, ['a']);
    hmp(first, 'savevm one');
    first.machine.stop();
    const second = machineWith(folder, ['a'], { paused: true });
    expect(second.machine.power.hasRun).toBe(false);
    second.machine.loadSnapshot('one');
    expect(second.machine.power.hasRun).toBe(true);
    expect(second.machine.power.isUntouched).toBe(false);
  });

  test.for<{ title: string; options: MachineOptions }>([
    { title: 'with more memory', options: { memory: 256 } },
    { title: 'of another type', options: { type: 'q35' } },
    { title: 'with other options', options: { given: [{ name: 'vga', argument: 'cirrus' }] } },
  ])('is not modelled for a machine $title', ({ options }) => {
    const folder = imageFolder();
    const first = machineWith(folder, ['a']);
    hmp(first, 'savevm one');
    first.machine.stop();
    const second = machineWith(folder, ['a'], options);
    expect(hmp(second, 'loadvm one')).toMatch('does not model a snapshot of a machine');
    expect(second.machine.power.running).toBe(true);
  });

  test('may lack a device that has come since, but not one that has gone', () => {
    const bench = machineWith(imageFolder(), ['a'], { guest: 'obedient' });
    hmp(bench, 'savevm before');
    bench.send('device_add', { driver: 'virtio-rng-pci', id: 'rng' });
    hmp(bench, 'savevm after');
    expect(hmp(bench, 'loadvm before')).toBe('');
    bench.send('device_del', { id: 'rng' });
    expect(hmp(bench, 'loadvm after')).toMatch('does not model a snapshot of a machine with other devices');
  });

  test.skipIf(!hasQemuImg)('stands in an image that qemu-img finds clean', () => {
    const folder = imageFolder();
    const bench = machineWith(folder, ['a', 'b']);
    for (const line of ['savevm one', 'savevm two', 'loadvm one', 'savevm three', 'delvm one', 'savevm two'])
      expect(hmp(bench, line)).toBe('');
    bench.machine.stop();
    for (const name of ['a', 'b']) {
      const path = join(folder, `${name}.qcow2`);
      expect(execFileSync('qemu-img', ['check', path], { encoding: 'utf8' })).toMatch('No errors');
      const { snapshots } = JSON.parse(
        execFileSync('qemu-img', ['info', '--output=json', path], { encoding: 'utf8' }),
      ) as { snapshots: { name: string; 'vm-state-size': number }[] };
      expect(snapshots.map((snapshot) => [snapshot.name, snapshot['vm-state-size'] > 0])).toEqual([
        ['three', name === 'a'],
        ['two', name === 'a'],
      ]);
    }
  });
});
