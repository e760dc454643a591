import { expect, test } from 'vitest';
import { MemoryFile } from '../../../../../test/support/memory-file.ts';
import { zstdFrameLength } from '../qcow2/zstd-frames.ts';
import { openForeign } from './index.ts';

/** A disk of 10 MiB in VirtualBox's format, as `qemu-img create` makes it, with damage in its header. */
function vdi(damage: readonly (readonly [at: number, value: number])[] = []): MemoryFile {
  const header = new DataView(new ArrayBuffer(1024));
  const sound: readonly (readonly [number, number])[] = [
    ...([
      [64, 0xbe_da_10_7f],
      [68, 0x1_00_01],
      [340, 512],
      [344, 1024],
      [360, 512],
    ] as const),
    ...([
      [368, 10 << 20],
      [376, 1 << 20],
      [384, 10],
    ] as const),
  ];
  for (const [at, value] of [...sound, ...damage]) header.setUint32(at, value, true);
  const file = new MemoryFile();
  file.write(0, new Uint8Array(header.buffer));
  return file;
}

test('a VDI image is sized by its header', () => {
  expect(openForeign('vdi', vdi(), 'd.vdi').facts).toEqual({ size: 10 << 20, clusterSize: 1 << 20 });
  expect(openForeign('vdi', vdi([[368, 1000]]), 'd.vdi').size).toBe(1024);
});

// What `qemu-img info` 7.2 said of such images.
test.for([
  [64, 1, 'Image not in VDI format (bad signature 00000001)'],
  [68, 0x1_00_02, 'unsupported VDI image (version 1.2)'],
  [340, 513, 'unsupported VDI image (unaligned block map offset 0x201)'],
  [344, 513, 'unsupported VDI image (unaligned data offset 0x201)'],
  [360, 1024, 'unsupported VDI image (sector size 1024 is not 512)'],
  [376, 65_536, 'unsupported VDI image (block size 65536 is not 1048576)'],
  [368, 11 << 20, 'unsupported VDI image (disk size 11534336, image bitmap has room for 10485760)'],
  [384, 0xff_ff_ff_ff, 'unsupported VDI image (too many blocks 4294967295, max is 536870784)'],
  [424, 1, 'unsupported VDI image (non-NULL link UUID)'],
  [440, 1, 'unsupported VDI image (non-NULL parent UUID)'],
] as const)('a damaged VDI header is refused: %i', ([at, value, refusal]) => {
  expect(() => openForeign('vdi', vdi([[at, value]]), 'd.vdi')).toThrow(refusal);
});

test.for([
  ['vmdk', 'invalid VMDK image descriptor'],
  ['vpc', 'invalid VPC image'],
  ['vhdx', "Could not open 'x': Invalid argument"],
  ['luks', "Parameter 'key-secret' is required for cipher"],
  ['qed', 'Image not in QED format'],
  ['dmg', 'the image format dmg'],
] as const)('a file that is not in a format: %s', ([format, refusal]) => {
  const file = new MemoryFile();
  file.write(0, new Uint8Array(4096));
  expect(() => openForeign(format, file, 'x')).toThrow(refusal);
});

test('the contents of a sized image are not modelled', () => {
  const image = openForeign('vdi', vdi(), 'd.vdi');
  expect(() => image.read()).toThrow('the contents of vdi images');
});

test.for([
  // One segment of 3 bytes in a raw block, then another cluster's frame.
  [[0x28, 0xb5, 0x2f, 0xfd, 0x20, 3, 0x19, 0, 0, 1, 2, 3, 0x28, 0xb5, 0x2f, 0xfd], 12],
  // A window, a repeated byte, a checksum.
  [[0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x50, 0x03, 0x80, 0, 7, 1, 2, 3, 4, 9, 9], 14],
  [[0, 0, 0, 0], 0],
] as const)('the length of a frame of zstd: %#', ([bytes, length]) => {
  expect(zstdFrameLength(Uint8Array.from(bytes))).toBe(length);
});
