import { ImageError, ImageNotModelled } from '../../machine/block/image/byte-file.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { ImgFailure, type ImgCommand, UsageFailure } from '../context.ts';
import { parseArguments } from '../getopt.ts';
import { openFor } from '../open.ts';
import { parseSize } from '../sizes.ts';

const SHRINK_WARNING =
  "warning: Shrinking an image will delete all data beyond the shrunken image's end. " +
  'Before performing such an operation, make sure there is no important data there.';

/** `resize`: changes the size of a disk to a number of bytes, or by `+` or `-` a number. */
export const resize: ImgCommand = (args, context) => {
  // The size stands last and may begin with a minus sign: it isn't an option.
  const sizeText = args.at(-1);
  const rest = args.slice(0, -1);
  if (sizeText === undefined || args.length < 2) throw new UsageFailure('Not enough arguments');
  const { operands, value, has } = parseArguments(rest, {
    f: 'value',
    preallocation: 'value',
    q: 'flag',
    shrink: 'flag',
  });
  const [filename, ...more] = operands;
  if (filename === undefined || more.length > 0) throw new UsageFailure('Expecting image file name and size');
  const preallocation = value('preallocation') ?? 'off';
  if (!['off', 'metadata', 'falloc', 'full'].includes(preallocation)) {
    throw new ImgFailure(`Invalid preallocation mode '${preallocation}'`);
  }
  const sign = /^[+-]/.exec(sizeText)?.[0];
  const amount = parseSize(sign === undefined ? sizeText : sizeText.slice(1));
  if (amount === undefined) {
    throw new ImgFailure(
      "Parameter 'size' expects a non-negative number below 2^64\n" +
        'Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.',
    );
  }
  const image = openFor(context, filename, { format: value('f'), writable: true });
  try {
    const old = image.size;
    const size = sign === undefined ? amount : sign === '+' ? old + amount : old - amount;
    if (size <= 0) throw new ImgFailure('New image size must be positive');
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
