import { ImageError } from '../../machine/block/image/byte-file.ts';
import { backingPath, closeChain, isKnownFormat, openImage } from '../../machine/block/image/open-image.ts';
import { ImgFailure, type ImgCommand, type ImgContext, UsageFailure } from '../context.ts';
import { parseArguments } from '../getopt.ts';
import { makeImage, writableFormat } from '../new-image.ts';
import { asksForHelp, checkOptionList, CreateOptions, optionHelp, setBacking } from '../option-tables.ts';
import { sizeArgument } from '../sizes.ts';

/** `create`: makes an image. */
export const create: ImgCommand = (argv, context) => {
  const { operands, value, values, has } = parseArguments(
    argv,
    { q: 'flag', f: 'value', b: 'value', F: 'value', u: 'flag', o: 'value' },
    { check: checkOptionList },
  );
  const formatName = value('f') ?? 'raw';
  const [filename, sizeText, ...more] = operands;
  if (asksForHelp(values('o'))) {
    const format = writableFormat(formatName, `Unknown file format '${formatName}'`);
    context.stdout(optionHelp(format, filename !== undefined));
    return 0;
  }
  if (filename === undefined) throw new UsageFailure('Expecting image file name');
  if (more.length > 0) throw new UsageFailure(`Unexpected argument: ${more[0]}`);
  const size = sizeText === undefined ? undefined : sizeArgument('image size', sizeText);
  const format = writableFormat(formatName, `${filename}: Unknown file format '${formatName}'`);
  const at = (message: string): ImgFailure => new ImgFailure(`${filename}: ${message}`);
  const options = new CreateOptions(format);
  try {
    for (const text of values('o')) options.add(text);
    if (size !== undefined && options.has('size')) {
      throw new ImgFailure('The image size must be specified only once');
    }
    if (size !== undefined) options.set('size', String(BigInt(size)));
    setBacking(options, format, value('b'), value('F'));
  } catch (error) {
    throw error instanceof ImgFailure ? at(error.message) : error;
  }
  checkBacking(context, filename, options, has('u'));
  if (!options.has('size')) throw at('Image creation needs a size parameter');
  if (!has('q')) context.stdout(`Formatting '${filename}', fmt=${format} ${options.describe()}\n`);
  try {
    makeImage(context.files, filename, format, options);
  } catch (error) {
    throw error instanceof ImageError ? at(error.message) : error;
  }
  return 0;
};

/** Looks at the backing file, and takes its size if none was given. */
function checkBacking(context: ImgContext, filename: string, options: CreateOptions, unsafe: boolean): void {
  const at = (message: string): ImgFailure => new ImgFailure(`${filename}: ${message}`);
  const backingFile = options.get('backing_file');
  const format = options.get('backing_fmt');
  if (backingFile === '') throw at('Expected backing file name, got empty string');
  if (backingFile === filename) {
    throw at('Error: Trying to create an image with the same filename as the backing file');
  }
  if (format !== undefined && format !== '' && !isKnownFormat(format))
    throw at(`Unknown backing file format '${format}'`);
  if (backingFile === undefined) return;
  if (unsafe) {
    if (format === undefined) throw at('Backing file specified without backing format');
    return;
  }
  const path = backingPath(filename, backingFile);
  let image;
  try {
    image = openImage(context.files, path, { format });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw at(`${error.message}\nCould not open backing image.`);
  }
  const { size, format: found } = image;
  closeChain(image);
  if (format === undefined) {
    const message = `Backing file specified without backing format\nDetected format of ${found}.`;
    throw new ImgFailure(`${filename}: ${message}`, 1, '');
  }
  if (!options.has('size')) options.set('size', String(BigInt(size)));
}
