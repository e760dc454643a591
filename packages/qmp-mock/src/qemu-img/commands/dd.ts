import { ImageError } from '../../machine/block/image/byte-file.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { ImgFailure, type ImgCommand } from '../context.ts';
import { parseArguments, SHARING } from '../getopt.ts';
import { makeImage, writableFormat } from '../new-image.ts';
import { openFor } from '../open.ts';
import { CreateOptions } from '../option-tables.ts';
import { sizeArgument } from '../sizes.ts';

const OPERANDS = ['bs', 'count', 'if', 'of', 'skip'];

/** `dd`: copies blocks of an image into a new one. */
export const dd: ImgCommand = (argv, context) => {
  const { operands, value } = parseArguments(argv, { ...SHARING, O: 'value' });
  const given = new Map<string, string>();
  let blockSize = 512;
  let count: number | undefined;
  let skip = 0;
  for (const operand of operands) {
    const equals = operand.indexOf('=');
    const name = equals === -1 ? operand : operand.slice(0, equals);
    if (equals === -1 || !OPERANDS.includes(name)) throw new ImgFailure(`unrecognized operand ${name}`);
    const text = operand.slice(equals + 1);
    given.set(name, text);
    if (name === 'bs') blockSize = sizeArgument('bs', text, 2 ** 31 - 1, 1);
    else if (name === 'count') count = sizeArgument('count', text);
    else if (name === 'skip') skip = sizeArgument('skip', text);
  }
  const input = given.get('if');
  const output = given.get('of');
  if (input === undefined || output === undefined)
    throw new ImgFailure('Must specify both input and output files');
  const source = openFor(context, input, { format: value('f') });
  try {
    const format = writableFormat(value('O') ?? 'raw', 'Unknown file format');
    const end = count === undefined ? source.size : Math.min(source.size, count * blockSize);
    const start = skip * blockSize;
    const options = new CreateOptions(format);
    options.set('size', String(Math.max(0, end - start)));
    if (start > source.size) context.stderr(`qemu-img: ${input}: cannot skip to specified offset\n`);
    try {
      makeImage(context.files, output, format, options);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      throw new ImgFailure(`${output}: error while creating output image: ${error.message}`);
    }
    const target = openFor(context, output, { format, writable: true });
    try {
      for (let at = start; at < end; at += blockSize) {
        target.write(at - start, source.read(at, Math.min(blockSize, end - at)));
      }
    } finally {
      closeChain(target);
    }
    return 0;
  } finally {
    closeChain(source);
  }
};
