import { ImageError } from '../../machine/block/image/byte-file.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import type { DirtyBitmap } from '../../machine/block/image/qcow2/bitmaps.ts';
import { ImgFailure, type ImgCommand, type ImgContext } from '../context.ts';
import { parseArguments } from '../getopt.ts';
import { asQcow2, openFor } from '../open.ts';
import { sizeArgument } from '../sizes.ts';

const ACTIONS = ['add', 'remove', 'clear', 'enable', 'disable', 'merge'];

/** `bitmap`: changes the bitmaps that are kept in a qcow2 image. */
export const bitmap: ImgCommand = (args, context) => {
  const { operands, order, value } = parseArguments(args, {
    add: 'flag',
    remove: 'flag',
    clear: 'flag',
    enable: 'flag',
    disable: 'flag',
    merge: 'value',
    b: 'value',
    f: 'value',
    F: 'value',
    g: 'value',
    granularity: 'value',
    'source-file': 'value',
    'source-format': 'value',
  });
  const [filename, name, ...more] = operands;
  const actions = order.filter(([each]) => ACTIONS.includes(each));
  if (actions.length === 0) {
    throw new ImgFailure('Need at least one of --add, --remove, --clear, --enable, --disable, or --merge');
  }
  if (filename === undefined || name === undefined || more.length > 0)
    throw new ImgFailure('Expecting filename and bitmap name');
  const granularityText = value('g') ?? value('granularity');
  const granularity =
    granularityText === undefined ? undefined : sizeArgument('granularity', granularityText, 2 ** 32 - 1, 1);
  if (granularity !== undefined && !actions.some(([each]) => each === 'add')) {
    throw new ImgFailure('granularity only supported with --add');
  }
  const sourceFile = value('b') ?? value('source-file');
  if (sourceFile !== undefined && !actions.some(([each]) => each === 'merge')) {
    throw new ImgFailure('Merge bitmap source file only supported with --merge');
  }
  const image = openFor(context, filename, { format: value('f'), writable: true });
  try {
    const bitmaps = asQcow2(image)?.bitmaps;
    for (const [action, argument] of actions) {
      try {
        if (bitmaps === undefined) throw withoutBitmaps(action, name);
        if (action === 'add') bitmaps.add(name, granularity);
        else if (action === 'remove') bitmaps.remove(name);
        else if (action === 'clear') bitmaps.clear(name);
        else if (action === 'merge') {
          const format = value('F') ?? value('source-format');
          // The target is looked for first, as QEMU does.
          bitmaps.get(name);
          const source =
            sourceFile === undefined
              ? bitmaps.get(argument)
              : sourceOf(context, sourceFile, format, argument);
          bitmaps.merge(name, source);
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

function sourceOf(
  context: ImgContext,
  filename: string,
  format: string | undefined,
  name: string,
): DirtyBitmap {
  const image = openFor(context, filename, { format, backing: false });
  try {
    const bitmaps = asQcow2(image)?.bitmaps;
    if (bitmaps === undefined) throw new ImageError(`Dirty bitmap '${name}' not found`);
    return bitmaps.get(name);
  } finally {
    image.close();
  }
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
