import { isZero } from '../../machine/block/image/big-endian.ts';
import { walkChain } from '../../machine/block/image/chain.ts';
import type { Extent, Image } from '../../machine/block/image/image.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { type ImgCommand, UsageFailure } from '../context.ts';
import { parseArguments, SHARING } from '../getopt.ts';
import { openFor } from '../open.ts';
import { checkCache, Progress } from '../output.ts';

const PIECE = 1 << 20;
const SECTOR = 512;
/** Exit status if images differ, and if they couldn't be compared. */
const DIFFERENT = 1;
const TROUBLE = 2;

/** `compare`: looks whether two disks have the same contents, with `-s` the same size and allocation, too. */
export const compare: ImgCommand = (argv, context) => {
  const { operands, value, has } = parseArguments(argv, {
    ...SHARING,
    ...{ F: 'value', T: 'value', p: 'flag', q: 'flag', s: 'flag' },
  });
  const [first, second, ...more] = operands;
  if (first === undefined || second === undefined || more.length > 0) {
    throw new UsageFailure('Expecting two image file names');
  }
  const say = (text: string): void => {
    if (!has('q')) context.stdout(text);
  };
  const progress = new Progress(context, has('p') && !has('q'));
  try {
    checkCache('source cache', value('T'), TROUBLE);
    const one = openFor(context, first, { format: value('f'), status: TROUBLE });
    try {
      const other = openFor(context, second, { format: value('F'), status: TROUBLE });
      try {
        progress.show(0);
        const found = difference(one, other, has('s'), () => say('Warning: Image size mismatch!\n'));
        if (found === undefined) progress.show(1);
        say(found ?? 'Images are identical.\n');
        return found === undefined ? 0 : DIFFERENT;
      } finally {
        closeChain(other);
      }
    } finally {
      closeChain(one);
    }
  } finally {
    progress.end();
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
  if (strict) return strictDifference([...walkChain(one)], [...walkChain(other)], one, other);
  const found = otherContents(one, other, 0, both);
  if (found !== undefined) return mismatchAt(found);
  if (one.size === other.size) return undefined;
  onOtherSize();
  const longer = one.size > other.size ? one : other;
  for (let offset = both; offset < longer.size; offset += PIECE) {
    const bytes = longer.read(offset, Math.min(PIECE, longer.size - offset));
    if (isZero(bytes)) continue;
    for (let sector = 0; sector < bytes.length; sector += SECTOR) {
      if (!isZero(bytes.subarray(sector, sector + SECTOR))) return mismatchAt(offset + sector);
    }
  }
  return undefined;
}

const mismatchAt = (offset: number): string => `Content mismatch at offset ${offset}!\n`;

/** Looks whether two disks of one size have each part from the same kind of place, and the same in it. */
function strictDifference(
  ones: readonly Extent[],
  others: readonly Extent[],
  one: Image,
  other: Image,
): string | undefined {
  for (let offset = 0, first = 0, second = 0; offset < one.size;) {
    const [a, b] = [ones[first], others[second]];
    if (a === undefined || b === undefined || !isAlike(a, b, one.size)) {
      return `Strict mode: Offset ${offset} block status mismatch!\n`;
    }
    const [endA, endB] = [a.offset + a.length, b.offset + b.length];
    const end = Math.min(endA, endB);
    const found = otherContents(one, other, offset, end);
    if (found !== undefined) return mismatchAt(found);
    offset = end;
    if (endA === end) first += 1;
    if (endB === end) second += 1;
  }
  return undefined;
}

function isAlike(a: Extent, b: Extent, size: number): boolean {
  return (
    a.kind === b.kind &&
    (a.host === undefined) === (b.host === undefined) &&
    a.compressed === b.compressed &&
    // QEMU tells of the last part that it is the last.
    (a.offset + a.length === size) === (b.offset + b.length === size)
  );
}

/** First sector in which contents differ. */
function otherContents(one: Image, other: Image, start: number, end: number): number | undefined {
  for (let offset = start; offset < end; offset += PIECE) {
    const length = Math.min(PIECE, end - offset);
    const a = one.read(offset, length);
    const b = other.read(offset, length);
    for (let sector = 0; sector < length; sector += SECTOR) {
      if (!same(a, b, sector, Math.min(sector + SECTOR, length))) return offset + sector;
    }
  }
  return undefined;
}

function same(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (a[index] !== b[index]) return false;
  return true;
}
