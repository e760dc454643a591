import { isZero } from '../../machine/block/image/big-endian.ts';
import type { Image } from '../../machine/block/image/image.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { type ImgCommand, UsageFailure } from '../context.ts';
import { parseArguments } from '../getopt.ts';
import { openFor } from '../open.ts';
import { progress } from '../output.ts';

const PIECE = 1 << 20;
const SECTOR = 512;
/** Exit status if images differ, and if they couldn't be compared. */
const DIFFERENT = 1;
const TROUBLE = 2;

/** `compare`: looks whether two disks have the same contents, with `-s` the same size and allocation, too. */
export const compare: ImgCommand = (args, context) => {
  const { operands, value, has } = parseArguments(args, {
    f: 'value',
    F: 'value',
    T: 'value',
    p: 'flag',
    q: 'flag',
    s: 'flag',
    U: 'flag',
    'force-share': 'flag',
  });
  const [first, second, ...more] = operands;
  if (first === undefined || second === undefined || more.length > 0) {
    throw new UsageFailure('Expecting two image file names');
  }
  const say = (text: string): void => {
    if (!has('q')) context.stdout(text);
  };
  const print = has('p') && !has('q') ? (text: string): void => context.stdout(text) : undefined;
  const one = openFor(context, first, { format: value('f') }, TROUBLE);
  try {
    const other = openFor(context, second, { format: value('F') }, TROUBLE);
    try {
      progress(print, 0);
      const found = difference(one, other, has('s'), () => say('Warning: Image size mismatch!\n'));
      say(found ?? 'Images are identical.\n');
      if (print !== undefined) print('\n');
      return found === undefined ? 0 : DIFFERENT;
    } finally {
      closeChain(other);
    }
  } finally {
    closeChain(one);
  }
};

/**
 * Looks for a difference.
 *
 * @param onOtherSize - Called if only the sizes of the disks differ up to the end of the smaller one.
 * @returns QEMU's words about the difference.
 */
function difference(one: Image, other: Image, strict: boolean, onOtherSize: () => void): string | undefined {
  if (strict && one.size !== other.size) return 'Strict mode: Image size mismatch!\n';
  const both = Math.min(one.size, other.size);
  const at = (offset: number): string => `Content mismatch at offset ${offset}!\n`;
  for (let offset = 0; offset < both; offset += PIECE) {
    const length = Math.min(PIECE, both - offset);
    const a = one.read(offset, length);
    const b = other.read(offset, length);
    for (let sector = 0; sector < length; sector += SECTOR) {
      if (!same(a, b, sector, Math.min(sector + SECTOR, length))) return at(offset + sector);
    }
  }
  if (one.size === other.size) return undefined;
  onOtherSize();
  const longer = one.size > other.size ? one : other;
  for (let offset = both; offset < longer.size; offset += PIECE) {
    const bytes = longer.read(offset, Math.min(PIECE, longer.size - offset));
    if (isZero(bytes)) continue;
    for (let sector = 0; sector < bytes.length; sector += SECTOR) {
      if (!isZero(bytes.subarray(sector, sector + SECTOR))) return at(offset + sector);
    }
  }
  return undefined;
}

function same(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (a[index] !== b[index]) return false;
  return true;
}
