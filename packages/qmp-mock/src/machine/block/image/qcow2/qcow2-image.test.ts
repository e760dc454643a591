import { describe, expect, test } from 'vitest';
import { MemoryFile } from '../../../../../test/support/memory-file.ts';
import { setU32, setU64 } from '../big-endian.ts';
import { ImageError, type ImageFiles, ImageNotModelled } from '../byte-file.ts';
import { openImage } from '../open-image.ts';
import { checkQcow2 } from './check.ts';
import { createQcow2, type Qcow2CreateOptions } from './create.ts';
import { Qcow2Image } from './qcow2-image.ts';
import { applySnapshot, createSnapshot, deleteSnapshot, findSnapshot } from './snapshots.ts';

function filesOf(named: Readonly<Record<string, MemoryFile>>): ImageFiles {
  const unused = (): never => {
    throw new Error('not compressed');
  };
  return {
    open(path) {
      const file = named[path];
      if (file === undefined) throw new ImageError('No such file or directory', 2);
      return file;
    },
    remove: unused,
    inflate: unused,
    deflate: unused,
  };
}

function newImage(options: Qcow2CreateOptions): { file: MemoryFile; image: Qcow2Image } {
  const file = new MemoryFile();
  createQcow2(file, options);
  return { file, image: new Qcow2Image('disk', file, filesOf({}), { writable: true }) };
}

const MIB = 1 << 20;
const CLEAN = { corruptions: 0, leaks: 0, messages: [] };

describe('a new image', () => {
  test.for([
    { size: MIB },
    { size: 0 },
    { size: MIB, version: 2 as const },
    { size: MIB, clusterSize: 512 },
    { size: 64 * MIB, clusterSize: 4096, refcountBits: 1 },
    { size: 64 * MIB, refcountBits: 64 },
  ])('%o is clean and reads as zeros', (options) => {
    const { image } = newImage(options);
    expect(checkQcow2(image)).toMatchObject(CLEAN);
    expect(image.read(0, Math.min(options.size, 4096)).every((byte) => byte === 0)).toBe(true);
  });

  test('moves its table of counters when that is full', () => {
    // A cluster of 512 bytes holds 64 entries, each for 256 clusters: 8 MiB.
    const { image } = newImage({ size: 12 * MIB, clusterSize: 512 });
    const before = image.header.refcountTableOffset;
    for (let at = 0; at < 10 * MIB; at += MIB) image.write(at, new Uint8Array(MIB).fill(at / MIB + 1));
    expect(image.header.refcountTableOffset).not.toBe(before);
    expect(checkQcow2(image)).toMatchObject(CLEAN);
    expect(image.read(9 * MIB, 1)[0]).toBe(10);
  });
});

describe('snapshots', () => {
  test('keep what the disk was', () => {
    const { image } = newImage({ size: MIB });
    image.write(0, new Uint8Array(100).fill(1));
    createSnapshot(image, 's', { date: 0n });
    image.write(50, new Uint8Array(100).fill(2));
    expect([...image.read(49, 2)]).toEqual([1, 2]);
    expect(checkQcow2(image)).toMatchObject(CLEAN);
    const snapshot = findSnapshot(image, '1');
    expect(snapshot?.name).toBe('s');
    if (snapshot === undefined) return;
    applySnapshot(image, snapshot);
    expect([...image.read(99, 2)]).toEqual([1, 0]);
    expect(checkQcow2(image)).toMatchObject(CLEAN);
    deleteSnapshot(image, snapshot);
    expect(checkQcow2(image)).toMatchObject(CLEAN);
    expect(image.header.snapshots).toBe(0);
  });
});

describe('a damaged image', () => {
  test.for<[what: string, damage: (bytes: Uint8Array) => void, refusal: string]>([
    ['another first word', (bytes) => setU32(bytes, 0, 1), 'Image is not in qcow2 format'],
    ['a version to come', (bytes) => setU32(bytes, 4, 9), 'Unsupported qcow2 version 9'],
    ['a tiny cluster', (bytes) => setU32(bytes, 20, 8), 'Unsupported cluster size: 2^8'],
    ['a huge cluster', (bytes) => setU32(bytes, 20, 22), 'Unsupported cluster size: 2^22'],
    ['a short header', (bytes) => setU32(bytes, 100, 80), 'qcow2 header too short'],
    ['a long header', (bytes) => setU32(bytes, 100, 70_000), 'qcow2 header exceeds cluster size'],
    ['a long extension', (bytes) => setU32(bytes, 116, 0xff_ff_ff_ff), 'Header extension too large'],
    ['a backing file behind the header', (bytes) => setU64(bytes, 8, 70_000), 'Invalid backing file offset'],
    [
      'wide counters',
      (bytes) => setU32(bytes, 96, 7),
      'Reference count entry width too large; may not exceed 64 bits',
    ],
    ['no counters', (bytes) => setU32(bytes, 56, 0), 'Image does not contain a reference count table'],
    [
      'a table of counters without end',
      (bytes) => setU32(bytes, 56, 0xff_ff_ff_ff),
      'Reference count table too large',
    ],
    ['a table of counters askew', (bytes) => setU64(bytes, 48, 100), 'Reference count table offset invalid'],
    ['snapshots without end', (bytes) => setU32(bytes, 60, 0xff_ff_ff_ff), 'Snapshot table too large'],
    ['a first table without end', (bytes) => setU32(bytes, 36, 0xff_ff_ff_ff), 'Active L1 table too large'],
    ['a first table too short', (bytes) => setU64(bytes, 24, 2 ** 40), 'L1 table is too small'],
    ['unknown encryption', (bytes) => setU32(bytes, 32, 3), 'Unsupported encryption method 3'],
  ])('with %s is refused in the words of QEMU', ([, damage, refusal]) => {
    const { file } = newImage({ size: MIB });
    damage(file.bytes);
    expect(() => openImage(filesOf({ disk: file }), 'disk', { format: 'qcow2', writable: true })).toThrow(
      refusal,
    );
  });

  test('tells a counter that is wrong, and repairs it', () => {
    const { image } = newImage({ size: MIB });
    image.write(0, new Uint8Array(1));
    image.refcounts.set(5, 3);
    expect(checkQcow2(image)).toMatchObject({
      leaks: 1,
      corruptions: 1,
      messages: [
        'Leaked cluster 5 refcount=3 reference=1',
        expect.stringMatching(/^ERROR OFLAG_COPIED data cluster: l2_entry=8000000000050000 refcount=3$/),
      ],
    });
    expect(checkQcow2(image, 'all').leaksFixed).toBe(1);
    expect(checkQcow2(image)).toMatchObject(CLEAN);
  });
});

describe('what stands behind an image', () => {
  test('may be longer or shorter', () => {
    const base = newImage({ size: MIB });
    base.image.write(MIB - 512, new Uint8Array(512).fill(7));
    const top = new MemoryFile();
    createQcow2(top, { size: 2 * MIB, backingFile: 'base', backingFormat: 'qcow2' });
    const image = openImage(filesOf({ base: base.file, top }), 'top', { writable: true });
    expect([...image.read(MIB - 1, 2)]).toEqual([7, 0]);
    image.write(MIB - 1, new Uint8Array([9, 9]));
    expect([...image.read(MIB - 2, 4)]).toEqual([7, 9, 9, 0]);
    expect(base.image.read(MIB - 1, 1)[0]).toBe(7);
  });

  test('is not followed for ever', () => {
    const file = new MemoryFile();
    createQcow2(file, { size: MIB, backingFile: 'disk', backingFormat: 'qcow2' });
    expect(() => openImage(filesOf({ disk: file }), 'disk')).toThrow(ImageNotModelled);
  });
});
