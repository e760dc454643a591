import { ImageError } from '../../machine/block/image/byte-file.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import type { DirtyBitmap } from '../../machine/block/image/qcow2/bitmaps.ts';
import { ImgFailure, type ImgCommand, type ImgContext } from '../context.ts';
import { OPENING, parseArguments } from '../getopt.ts';
import { asQcow2, openFor } from '../open.ts';
import { sizeArgument } from '../sizes.ts';

const ACTIONS = ['add', 'remove', 'clear', 'enable', 'disable', 'merge'];

/** `bitmap`: changes the bitmaps that are kept in a qcow2 image. */
export const bitmap: ImgCommand = (argv, context) => {
  let granularity: number | undefined;
  const { operands, order, value, has } = parseArguments(
    argv,
    {
      ...OPENING,
      ...{ add: 'flag', remove: 'flag', clear: 'flag', enable: 'flag', disable: 'flag', merge: 'value' },
      ...{ b: 'value', F: 'value', g: 'value', granularity: { as: 'g' } },
      ...{ 'source-file': { as: 'b' }, 'source-format': { as: 'F' } },
    },
    {
      check(option, given) {
        if (option === 'g') granularity = sizeArgument('granularity', given);
      },
    },
  );
  const [filename, name, ...more] = operands;
  const actions = order.filter(([each]) => ACTIONS.includes(each));
  if (actions.length === 0) {
    throw new ImgFailure('Need at least one of --add, --remove, --clear, --enable, --disable, or --merge');
  }
  // QEMU takes 0 for its default.
  if (granularity === 0) granularity = undefined;
  if (granularity !== undefined && !actions.some(([each]) => each === 'add')) {
    throw new ImgFailure('granularity only supported with --add');
  }
  if (has('F') && !has('b')) throw new ImgFailure('-F only supported with -b');
  const sourceFile = value('b');
  if (sourceFile !== undefined && !actions.some(([each]) => each === 'merge')) {
    throw new ImgFailure('Merge bitmap source file only supported with --merge');
  }
  if (filename === undefined || name === undefined || more.length > 0)
    throw new ImgFailure('Expecting filename and bitmap name');
  const image = openFor(context, filename, { format: value('f'), writable: true, backing: false });
  try {
    const bitmaps = asQcow2(image)?.bitmaps;
    const source = sourceFile === undefined ? undefined : bitmapsOf(context, sourceFile, value('F'));
    for (const [action, argument] of actions) {
      try {
        if (action === 'add' && name === '') throw new ImageError('Bitmap name cannot be empty');
        if (bitmaps === undefined) throw withoutBitmaps(action, name);
        if (action === 'add') bitmaps.add(name, granularity);
        else if (action === 'remove') bitmaps.remove(name);
        else if (action === 'clear') bitmaps.clear(name);
        else if (action === 'merge') {
          // The target is looked for first, as QEMU does.
          bitmaps.get(name);
          bitmaps.merge(name, source === undefined ? bitmaps.get(argument) : find(source, argument));
        } else bitmaps.enable(name, action === 'enable');
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        throw new ImgFailure(`Operation ${action} on bitmap ${name} failed: ${error.message}`);
      }
    }
    return 0;
  } finally {
    closeChain(image);
  }
};

function bitmapsOf(
  context: ImgContext,
  filename: string,
  format: string | undefined,
): readonly DirtyBitmap[] {
  const image = openFor(context, filename, { format, backing: false });
  try {
    return asQcow2(image)?.bitmaps.list() ?? [];
  } finally {
    image.close();
  }
}

function find(bitmaps: readonly DirtyBitmap[], name: string): DirtyBitmap {
  const found = bitmaps.find((each) => each.name === name);
  if (found === undefined) throw new ImageError(`Dirty bitmap '${name}' not found`);
  return found;
}

/**
 * Formats without bitmaps have none to be found, and can't keep one. QEMU names the node, whose number isn't
 * known here.
 */
function withoutBitmaps(action: string, name: string): ImageError {
  return new ImageError(
    action === 'add'
      ? "Can't store persistent bitmaps to #block114: Operation not supported"
      : `Dirty bitmap '${name}' not found`,
  );
}
