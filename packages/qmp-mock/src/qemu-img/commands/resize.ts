import { ImageError, ImageNotModelled } from '../../machine/block/image/byte-file.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { ImgFailure, type ImgCommand, UsageFailure } from '../context.ts';
import { OPENING, parseArguments } from '../getopt.ts';
import { openFor } from '../open.ts';
import { parseSize } from '../sizes.ts';

const SHRINK_WARNING =
  "warning: Shrinking an image will delete all data beyond the shrunken image's end. " +
  'Before performing such an operation, make sure there is no important data there.';

/** `resize`: changes the size of a disk to a number of bytes, or by `+` or `-` a number. */
export const resize: ImgCommand = (argv, context) => {
  // The size stands last and may begin with a minus sign: it isn't an option.
  const sizeText = argv.at(-1);
  const rest = argv.slice(0, -1);
  if (sizeText === undefined || argv.length < 3) throw new UsageFailure('Not enough arguments');
  const { operands, value, has } = parseArguments(
    rest,
    { ...OPENING, preallocation: 'value', q: 'flag', shrink: 'flag' },
    { check: checkPreallocation },
  );
  const [filename, ...more] = operands;
  if (filename === undefined || more.length > 0) throw new UsageFailure('Expecting image file name and size');
  const preallocation = value('preallocation') ?? 'off';
  const sign = /^[+-]/.exec(sizeText)?.[0];
  const amount = parseSize(sign === undefined ? sizeText : sizeText.slice(1));
  if (amount === undefined) {
    throw new ImgFailure(
      "Parameter 'size' expects a non-negative number below 2^64\n" +
        'Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.',
    );
  }
  if (amount >= 2 ** 64) {
    const text = sizeText.slice(sign?.length ?? 0);
    throw new ImgFailure(`Value '${text}' is out of range for parameter 'size'`);
  }
  const image = openFor(context, filename, { format: value('f'), writable: true });
  try {
    const old = image.size;
    const size = sign === undefined ? amount : sign === '+' ? old + amount : old - amount;
    if (size <= 0 || size >= 2 ** 63) throw new ImgFailure('New image size must be positive');
    if (size <= old && preallocation !== 'off')
      throw new ImgFailure('Preallocation can only be used for growing images');
    if (preallocation !== 'off') throw new ImageNotModelled(`resize with --preallocation=${preallocation}`);
    if (size < old && !has('shrink')) {
      throw new ImgFailure(
        `Use the --shrink option to perform a shrink operation.\nqemu-img: ${SHRINK_WARNING}`,
      );
    }
    image.resize(image.format === 'raw' ? Math.ceil(size / 512) * 512 : size);
    if (!has('q')) context.stdout('Image resized.\n');
    return 0;
  } catch (error) {
    throw error instanceof ImageError ? new ImgFailure(error.message) : error;
  } finally {
    closeChain(image);
  }
};

function checkPreallocation(name: string, mode: string): void {
  if (name !== 'preallocation' || ['off', 'metadata', 'falloc', 'full'].includes(mode)) return;
  throw new ImgFailure(`Invalid preallocation mode '${mode}'`);
}
