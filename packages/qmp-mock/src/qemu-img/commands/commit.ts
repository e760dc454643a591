import { walkChain } from '../../machine/block/image/chain.ts';
import type { Image } from '../../machine/block/image/image.ts';
import { backingPath, closeChain, openImage } from '../../machine/block/image/open-image.ts';
import { ImgFailure, type ImgCommand } from '../context.ts';
import { oneImage, OPENING, parseArguments } from '../getopt.ts';
import { asQcow2, openFor } from '../open.ts';
import { checkCache, Progress } from '../output.ts';
import { checkRate } from '../sizes.ts';

/** `commit`: writes what an image changed into its backing file, or into one further down. */
export const commit: ImgCommand = (argv, context) => {
  const { operands, value, has } = parseArguments(
    argv,
    { ...OPENING, b: 'value', t: 'value', r: 'value', d: 'flag', p: 'flag', q: 'flag' },
    { check: checkRate },
  );
  const filename = oneImage(operands);
  checkCache('cache', value('t'));
  const image = openFor(context, filename, { format: value('f'), writable: true });
  const progress = new Progress(context, has('p') && !has('q'));
  try {
    progress.show(0);
    const base = findBase(image, value('b'));
    if (base === undefined) {
      throw new ImgFailure(
        has('b')
          ? `Did not find '${value('b')}' in the backing chain of '${filename}'`
          : 'Image does not have a backing file',
      );
    }
    const target = openImage(context.files, base.filename, { format: base.format, writable: true });
    try {
      if (target.size < image.size) target.resize(image.size);
      for (const { offset, length, kind } of walkChain(image, { base })) {
        if (kind === 'unallocated') continue;
        if (kind === 'zero') {
          target.zero(offset, length, { unmap: true });
          continue;
        }
        const step = 1 << 20;
        for (let done = 0; done < length; done += step) {
          const part = Math.min(step, length - done);
          target.write(offset + done, image.read(offset + done, part));
        }
      }
    } finally {
      closeChain(target);
    }
    if (!has('d') && !has('b')) asQcow2(image)?.clear();
    progress.show(1);
  } finally {
    progress.end();
    closeChain(image);
  }
  if (!has('q')) context.stdout('Image committed.\n');
  return 0;
};

function findBase(image: Image, name: string | undefined): Image | undefined {
  if (name === undefined) return image.backing;
  for (
    let each = image.backing, above: Image = image;
    each !== undefined;
    above = each, each = each.backing
  ) {
    if (each.filename === name || each.filename === backingPath(above.filename, name)) return each;
  }
  return undefined;
}
