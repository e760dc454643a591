import * as fc from 'fast-check';
import {
  createQcow2,
  createSnapshot,
  ImageError,
  ImageNotModelled,
  NODE_IMAGE_FILES,
  openImage,
  Qcow2Image,
  runImg,
  walkChain,
  type ByteFile,
  type ImageFiles,
} from '../../internals/images.ts';
import { attempt, hold, target, type AnyTarget } from '../target.ts';

/** Longest file that can be made here: an image that wants more finds the disk full. */
const ROOM = 1 << 20;
/** Size of the disk of the sound images. */
const DISK = 128 << 10;
/** Parts of a disk that are looked at: what a header promises can be far more. */
const PART = 64 << 10;

/** A file in memory. */
class FuzzedFile implements ByteFile {
  bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    const part = new Uint8Array(length);
    if (offset < this.bytes.length) part.set(this.bytes.subarray(offset, offset + length));
    return part;
  }

  write(offset: number, bytes: Uint8Array): void {
    if (offset + bytes.length > this.bytes.length) this.truncate(offset + bytes.length);
    this.bytes.set(bytes, offset);
  }

  truncate(size: number): void {
    if (size > ROOM) throw new ImageError('No space left on device', 28);
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, size));
    this.bytes = bytes;
  }

  close(): void {}
}

function filesOf(named: ReadonlyMap<string, FuzzedFile>): ImageFiles {
  return {
    ...NODE_IMAGE_FILES,
    open(path, { create = false }) {
      const file = named.get(path) ?? (create ? new FuzzedFile(new Uint8Array()) : undefined);
      if (file === undefined) throw new ImageError('No such file or directory', 2);
      return file;
    },
    remove: () => {},
  };
}

/** A sound qcow2 with everything that one can have. */
function sound(version: 2 | 3, clusterSize: number, backingFile: string | undefined): Uint8Array {
  const file = new FuzzedFile(new Uint8Array());
  createQcow2(file, { size: DISK, version, clusterSize, backingFile, backingFormat: backingFile && 'qcow2' });
  const files = filesOf(new Map([['i', file]]));
  const image = new Qcow2Image('i', file, files, { writable: true });
  image.write(1000, new Uint8Array(3000).fill(7));
  image.zero(8192, 4096);
  createSnapshot(image, 'one', { date: 1n });
  image.write(2000, new Uint8Array(100).fill(9));
  image.writeCompressed(16_384, new Uint8Array(clusterSize).fill(3));
  if (version === 3) image.bitmaps.add('bits', 4096);
  image.write(20_000, new Uint8Array(10));
  image.close();
  return file.bytes;
}

const SOUND = [
  sound(3, 512, undefined),
  sound(3, 4096, undefined),
  sound(2, 512, undefined),
  sound(3, 512, 'base'),
  sound(2, 1024, 'i'),
];

/** Numbers at the edges of what headers and tables hold. */
const NUMBERS = [
  0n,
  1n,
  2n,
  511n,
  512n,
  513n,
  4096n,
  65_535n,
  65_536n,
  1n << 20n,
  1n << 31n,
  (1n << 31n) - 1n,
]
  .concat([1n << 32n, (1n << 32n) - 1n, 1n << 40n, 1n << 53n, 1n << 55n, 1n << 62n, 1n << 63n])
  .concat([
    (1n << 63n) + 512n,
    (1n << 62n) + 512n,
    (1n << 64n) - 1n,
    (1n << 64n) - 512n,
    0x51_46_49_fb_00_00_00_03n,
  ]);

type Damage = readonly [at: number, bytes: 1 | 2 | 4 | 8, value: bigint];

const damage: fc.Arbitrary<Damage> = fc.tuple(
  // The header and the tables behind it are what is read most.
  fc.oneof(
    { weight: 4, arbitrary: fc.nat(39).map((field) => field * 4) },
    { weight: 3, arbitrary: fc.nat(1023).map((field) => field * 8) },
    { weight: 2, arbitrary: fc.nat(0xffff) },
  ),
  fc.constantFrom(1, 2, 4, 8),
  fc.oneof(
    fc.constantFrom(...NUMBERS),
    fc.bigInt({ min: 0n, max: 255n }),
    fc.bigInt({ min: 0n, max: 1n << 18n }),
  ),
);

interface Input {
  readonly which: number;
  readonly damages: readonly Damage[];
  readonly length: number;
}

function fileOf({ which, damages, length }: Input): FuzzedFile {
  const bytes = Uint8Array.from(SOUND[which]!.subarray(0, length));
  const view = new DataView(bytes.buffer);
  for (const [where, width, value] of damages) {
    if (bytes.length < width) continue;
    const at = where % (bytes.length - width + 1);
    if (width === 8) view.setBigUint64(at, value);
    else if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)));
    else if (width === 2) view.setUint16(at, Number(BigInt.asUintN(16, value)));
    else view.setUint8(at, Number(BigInt.asUintN(8, value)));
  }
  return new FuzzedFile(bytes);
}

/** Formats that are sized, and what their files begin with. */
const FOREIGN: readonly (readonly [format: string, at: number, start: readonly number[]])[] = [
  ['vdi', 64, [0x7f, 0x10, 0xda, 0xbe, 1, 0, 1, 0]],
  ['vpc', 0, [...'conectix'].map((letter) => letter.charCodeAt(0))],
  ['vmdk', 0, [...'KDMV', '\u{1}'].map((letter) => letter.charCodeAt(0))],
  ['vhdx', 0, [...'vhdxfile'].map((letter) => letter.charCodeAt(0))],
  ['luks', 0, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe, 0, 1]],
];

/** Makes the file one of another format, as far as its first bytes say so, and tells of it. */
function asForeign(files: ImageFiles, image: FuzzedFile, which: number): void {
  const [format, at, start] = FOREIGN[which % FOREIGN.length]!;
  image.write(at, Uint8Array.from(start));
  for (const given of [[], ['-f', format]]) {
    const status = runImg(['info', ...given, 'i'], quiet(files));
    hold(status === 0 || status === 1, `info ends with ${status}`);
  }
}

const quiet = (files: ImageFiles): Parameters<typeof runImg>[1] => ({
  files,
  stdout: () => {},
  stderr: () => {},
  now: () => 0n,
});

const COMMANDS: readonly (readonly string[])[] = [
  ['info', '--output=json', 'i'],
  ['check', 'i'],
  ['snapshot', '-l', 'i'],
  ['map', '--output=json', `--max-length=${PART}`, 'i'],
];

/** Reads and changes an image as a machine does. */
function use(files: ImageFiles): void {
  const image = openImage(files, 'i', { writable: true });
  const length = Math.min(PART, image.size);
  const read = image.read(0, length);
  hold(read.length === length, 'it reads another number of bytes');
  for (const extent of walkChain(image, { length })) hold(extent.length > 0, 'an extent is empty');
  if (length < 1024) return;
  image.write(512, new Uint8Array(512).fill(1));
  // Clusters of a damaged image can be each other's, so that nothing holds of what is read.
  image.read(512, 512);
  image.zero(0, 1024);
  image.close();
}

export function images(): AnyTarget {
  return target<Input>({
    what: 'damaged images: refused, or read and written within the bounds of memory and time',
    input: fc.record({
      which: fc.nat(SOUND.length - 1),
      damages: fc.array(damage, { minLength: 1, maxLength: 4 }),
      length: fc.oneof({ weight: 9, arbitrary: fc.constant(ROOM) }, fc.nat(20_000)),
    }),
    check(input) {
      const base = new FuzzedFile(SOUND[0]!);
      const image = fileOf(input);
      const files = filesOf(
        new Map([
          ['i', image],
          ['base', base],
        ]),
      );
      for (const command of COMMANDS) {
        const status = runImg(command, quiet(files));
        hold([0, 1, 2, 3, 63].includes(status), `${command[0]} ends with ${status}`);
      }
      attempt(() => use(files), ImageError, ImageNotModelled);
      if (input.damages.length === 2) asForeign(files, image, input.damages[0]![0]);
    },
  });
}
