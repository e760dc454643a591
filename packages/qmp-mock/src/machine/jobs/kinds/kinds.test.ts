import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { machineBench, type MachineBench } from '../../../../test/support/machine-bench.ts';
import { rulesOf, VERSIONS } from '../../../../test/support/versions.ts';
import { NODE_IMAGE_FILES } from '../../../process/node/image-files.ts';
import { makeImage } from '../../block/image/make-image.ts';
import { closeChain, openImage } from '../../block/image/open-image.ts';

const KIB = 1024;
const MIB = KIB * KIB;

/** Whether the tools of QEMU are there to judge images. */
const hasQemuImg = ((): boolean => {
  try {
    execFileSync('qemu-img', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** A machine with disks in a folder of its own. */
class Disks {
  readonly folder: string;
  readonly bench: MachineBench;

  constructor(qemu?: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'qmp-jobs-'));
    this.bench = machineBench({
      ...(qemu !== undefined && { qemu }),
      paused: true,
      host: { images: NODE_IMAGE_FILES },
    });
    onTestFinished(() => {
      this.bench.machine.stop();
      rmSync(this.folder, { recursive: true });
    });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Makes an image with patterns: bytes of a value at an offset. */
  image(name: string, patterns: readonly Pattern[] = [], backing?: string): this {
    makeImage(NODE_IMAGE_FILES, {
      filename: this.path(name),
      format: name.endsWith('.raw') ? 'raw' : 'qcow2',
      size: MIB,
      backing: backing === undefined ? undefined : { filename: this.path(backing), format: 'qcow2' },
    });
    const image = openImage(NODE_IMAGE_FILES, this.path(name), { format: formatOf(name), writable: true });
    for (const [byte, offset, length] of patterns) image.write(offset, new Uint8Array(length).fill(byte));
    closeChain(image);
    return this;
  }

  /** Adds a node whose name is that of its file without its ending. */
  add(name: string, more: Record<string, unknown> = {}): this {
    const [node = ''] = name.split('.');
    const file = { driver: 'file', filename: this.path(name), 'node-name': `${node}-file` };
    expect(
      this.bench.send('blockdev-add', { driver: formatOf(name), 'node-name': node, file, ...more }),
    ).toEqual({});
    return this;
  }

  run(name: string, args: Record<string, unknown> = {}): unknown {
    this.bench.log.length = 0;
    return this.bench.send(name, args);
  }

  /** Writes to a node, as a guest does. */
  write(node: string, byte: number, offset: number, length: number): void {
    this.bench.machine.guest.write(node, offset, new Uint8Array(length).fill(byte));
  }

  /** A node as queries show it. */
  node(name: string): Record<string, unknown> | undefined {
    const nodes = this.bench.send('query-named-block-nodes', { flat: true }) as Record<string, unknown>[];
    return nodes.find((node) => node['node-name'] === name);
  }

  bitmap(node: string, name: string): unknown {
    const bitmaps = this.node(node)?.['dirty-bitmaps'] as { name: string }[] | undefined;
    return bitmaps?.find((bitmap) => bitmap.name === name);
  }

  /** States and events since the last command, its reply among them. */
  get seen(): string[] {
    return this.bench.log.map((line) => {
      const [event = '', data = '{}'] = line.split(/ (.*)/s);
      const { status } = JSON.parse(event.startsWith('{') ? '{}' : data) as { status?: string };
      return status ?? event;
    });
  }

  /** Ends the machine, so that all is in the files. */
  end(): void {
    this.bench.machine.stop();
  }

  /** Contents of an image, as runs of one byte. */
  contents(name: string): Pattern[] {
    const image = openImage(NODE_IMAGE_FILES, this.path(name), { format: formatOf(name) });
    const runs: [number, number, number][] = [];
    for (const [offset, byte] of image.read(0, image.size).entries()) {
      const last = runs.at(-1);
      if (last !== undefined && last[0] === byte) last[2] += 1;
      else runs.push([byte, offset, 1]);
    }
    closeChain(image);
    return runs.filter(([byte]) => byte !== 0);
  }

  /** Lets QEMU's own tool judge images, where it is. */
  check(...names: readonly string[]): void {
    if (!hasQemuImg) return;
    for (const name of names) {
      execFileSync('qemu-img', ['check', '-f', 'qcow2', this.path(name)], { stdio: 'pipe' });
    }
  }
}

type Pattern = readonly [byte: number, offset: number, length: number];

const formatOf = (name: string): string => (name.endsWith('.raw') ? 'raw' : 'qcow2');

const ONE: Pattern = [1, 0, 128 * KIB];
const TWO: Pattern = [2, 512 * KIB, 64 * KIB];
const THREE: Pattern = [3, 576 * KIB, 64 * KIB];

const chain = (disks: Disks): Disks =>
  disks
    .image('base.qcow2', [ONE])
    .image('mid.qcow2', [TWO], 'base.qcow2')
    .image('top.qcow2', [THREE], 'mid.qcow2')
    .add('base.qcow2', { 'read-only': true })
    .add('mid.qcow2', { backing: 'base', 'read-only': true })
    .add('top.qcow2', { backing: 'mid' });

const OVER = ['waiting', 'pending', 'BLOCK_JOB_COMPLETED', 'concluded', 'null'];

describe.each(VERSIONS)('jobs on disks of QEMU %s', (version) => {
  test.each(['t.qcow2', 't.raw'])('blockdev-backup copies a disk to %s', (target) => {
    const disks = new Disks(version).image('s.qcow2', [ONE, TWO]).image(target).add('s.qcow2').add(target);
    disks.run('blockdev-backup', { 'job-id': 'j', device: 's', target: 't', sync: 'full' });
    expect(disks.seen).toEqual(['created', 'running', 'paused', 'running', '{}', ...OVER]);
    disks.end();
    expect(disks.contents(target)).toEqual([ONE, TWO]);
    disks.check('s.qcow2', ...(target === 't.qcow2' ? [target] : []));
  });

  test('drive-backup makes its target; what is written meanwhile is copied before', () => {
    const disks = new Disks(version).image('s.qcow2', [ONE]).add('s.qcow2');
    const target = disks.path('t.qcow2');
    disks.bench.machine.jobs.get('j').hold();
    disks.run('drive-backup', { 'job-id': 'j', device: 's', target, sync: 'full', format: 'qcow2' });
    disks.write('s', 9, 0, 64 * KIB);
    disks.bench.machine.jobs.get('j').release();
    expect(disks.bench.send('query-jobs')).toEqual([]);
    disks.end();
    expect(disks.contents('t.qcow2')).toEqual([ONE]);
    disks.check('t.qcow2');
  });

  test('an incremental backup copies what its bitmap says, and clears it', () => {
    const disks = new Disks(version).image('s.qcow2', [ONE]).image('t.qcow2').add('s.qcow2').add('t.qcow2');
    disks.run('block-dirty-bitmap-add', { node: 's', name: 'b', persistent: true });
    disks.write('s', 2, TWO[1], TWO[2]);
    expect(disks.bitmap('s', 'b')).toMatchObject({ count: 64 * KIB, persistent: true });
    disks.run('blockdev-backup', {
      'job-id': 'j',
      device: 's',
      target: 't',
      sync: 'incremental',
      bitmap: 'b',
    });
    expect(disks.bench.log.join()).toContain('"len":65536,"offset":65536');
    expect(disks.bitmap('s', 'b')).toMatchObject({ count: 0, busy: false });
    disks.write('s', 3, THREE[1], THREE[2]);
    disks.end();
    expect(disks.contents('t.qcow2')).toEqual([TWO]);
    disks.check('s.qcow2', 't.qcow2');
    const again = new Disks(version);
    again.bench.send('blockdev-add', {
      driver: 'qcow2',
      'node-name': 's',
      file: { driver: 'file', filename: disks.path('s.qcow2') },
    });
    expect(again.bitmap('s', 'b')).toMatchObject({ count: 64 * KIB, persistent: true, recording: true });
  });

  test('an incremental backup that fails leaves its bitmap', () => {
    const disks = new Disks(version).image('s.qcow2').image('t.qcow2').add('s.qcow2').add('t.qcow2');
    disks.run('block-dirty-bitmap-add', { node: 's', name: 'b' });
    disks.write('s', 2, 0, 128 * KIB);
    const control = disks.bench.machine.jobs.get('j');
    control.hold();
    control.advance(0.5);
    const args = { 'job-id': 'j', device: 's', target: 't', sync: 'incremental', bitmap: 'b' };
    disks.run('blockdev-backup', args);
    disks.write('s', 3, MIB - 64 * KIB, 64 * KIB);
    expect(disks.bitmap('s', 'b')).toMatchObject({ busy: true });
    disks.bench.log.length = 0;
    control.fail('EIO', { operation: 'read' });
    expect(disks.seen).toEqual(['BLOCK_JOB_ERROR', 'aborting', 'BLOCK_JOB_COMPLETED', 'concluded', 'null']);
    expect(disks.bitmap('s', 'b')).toMatchObject({ busy: false, count: 192 * KIB });
  });

  test('blockdev-mirror follows writes, and takes the place of the disk', () => {
    const disks = new Disks(version).image('s.qcow2', [ONE]).image('t.qcow2').add('s.qcow2').add('t.qcow2');
    disks.run('blockdev-mirror', { 'job-id': 'j', device: 's', target: 't', sync: 'full' });
    expect(disks.seen).toEqual(['created', 'running', '{}', 'ready', 'BLOCK_JOB_READY']);
    disks.write('s', 2, TWO[1], TWO[2]);
    const first = rulesOf(version).jobs.skipsZeros ? ONE[2] : MIB;
    expect(disks.bench.send('query-block-jobs')).toMatchObject([
      { len: first + TWO[2], offset: first + TWO[2] },
    ]);
    disks.run('job-complete', { id: 'j' });
    expect(disks.seen).toEqual(['{}', ...OVER]);
    disks.end();
    expect(disks.contents('t.qcow2')).toEqual([ONE, TWO]);
    disks.check('s.qcow2', 't.qcow2');
  });

  test('block-commit puts an image into the one below', () => {
    const disks = chain(new Disks(version));
    disks.run('block-commit', { 'job-id': 'j', device: 'top', 'top-node': 'mid', 'base-node': 'base' });
    expect(disks.seen).toEqual(['created', 'running', '{}', ...OVER]);
    const top = disks.node('top') as { image: Record<string, unknown> };
    expect(top.image).toMatchObject({ 'backing-filename': disks.path('base.qcow2') });
    expect(disks.node('base')).toMatchObject({ ro: true });
    disks.end();
    expect(disks.contents('base.qcow2')).toEqual([ONE, TWO]);
    expect(disks.contents('top.qcow2')).toEqual([ONE, TWO, THREE]);
    disks.check('base.qcow2', 'top.qcow2');
  });

  test('block-commit of the active layer ends with its base in its place', () => {
    const disks = chain(new Disks(version));
    disks.run('block-commit', { 'job-id': 'j', device: 'top' });
    expect(disks.seen).toEqual(['created', 'running', '{}', 'ready', 'BLOCK_JOB_READY']);
    disks.run('block-job-complete', { device: 'j' });
    expect(disks.seen).toEqual(['{}', ...OVER]);
    disks.end();
    expect(disks.contents('base.qcow2')).toEqual([ONE, TWO, THREE]);
    disks.check('base.qcow2');
  });

  test('block-stream takes what is behind a disk into it', () => {
    const disks = chain(new Disks(version));
    disks.run('block-stream', { 'job-id': 'j', device: 'top', 'base-node': 'base' });
    expect(disks.seen).toEqual(['created', 'running', '{}', ...OVER]);
    disks.run('block-stream', { 'job-id': 'j', device: 'top' });
    expect(disks.node('top')).not.toHaveProperty('backing_file');
    disks.end();
    expect(disks.contents('top.qcow2')).toEqual([ONE, TWO, THREE]);
    disks.check('top.qcow2');
  });

  test('blockdev-create makes an image', () => {
    const disks = new Disks(version);
    const filename = disks.path('n.qcow2');
    disks.run('blockdev-create', { 'job-id': 'f', options: { driver: 'file', filename, size: 0 } });
    expect(disks.seen).toEqual(['created', 'running', '{}', 'waiting', 'pending', 'concluded']);
    disks.run('blockdev-add', { driver: 'file', filename, 'node-name': 'n' });
    disks.run('blockdev-create', { 'job-id': 'q', options: { driver: 'qcow2', file: 'n', size: MIB } });
    expect(disks.bench.send('query-jobs')).toMatchObject([
      { id: 'q', status: 'concluded', 'current-progress': 1 },
      { id: 'f', type: 'create' },
    ]);
    disks.end();
    disks.check('n.qcow2');
    expect(disks.contents('n.qcow2')).toEqual([]);
  });

  test('blockdev-snapshot-sync puts an image above a disk; a transaction takes that back', () => {
    const disks = new Disks(version).image('s.qcow2', [ONE]).add('s.qcow2');
    const snapshot = { 'node-name': 's', 'snapshot-file': disks.path('x.qcow2'), 'snapshot-node-name': 'x' };
    const actions = [
      { type: 'blockdev-snapshot-sync', data: snapshot },
      { type: 'abort', data: {} },
    ];
    expect(disks.run('transaction', { actions })).toContain('Transaction aborted using Abort action');
    expect(disks.node('x')).toBeUndefined();
    expect(disks.node('s')).toMatchObject({ ro: false });
    disks.image('o.qcow2').add('o.qcow2');
    expect(disks.run('blockdev-snapshot', { node: 's', overlay: 'o' })).toEqual({});
    expect(disks.node('s')).toMatchObject({ ro: true });
    disks.write('o', 2, TWO[1], TWO[2]);
    disks.end();
    expect(disks.contents('s.qcow2')).toEqual([ONE]);
    // The image itself names no backing file.
    expect(disks.contents('o.qcow2')).toEqual([TWO]);
    disks.check('s.qcow2', 'o.qcow2');
  });

  test('snapshots in an image are made and deleted', () => {
    const disks = new Disks(version).image('s.qcow2', [ONE]).add('s.qcow2');
    expect(disks.run('blockdev-snapshot-internal-sync', { device: 's', name: 'a' })).toEqual({});
    disks.write('s', 2, 0, MIB);
    expect(disks.run('blockdev-snapshot-delete-internal-sync', { device: 's', name: 'a' })).toMatchObject({
      id: '1',
      name: 'a',
      'vm-state-size': 0,
    });
    disks.end();
    disks.check('s.qcow2');
  });
});
