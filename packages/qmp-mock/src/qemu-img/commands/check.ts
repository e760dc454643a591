import { printPretty } from '../../engine/json/printer.ts';
import { ImageNotModelled } from '../../machine/block/image/byte-file.ts';
import { SizedImage } from '../../machine/block/image/foreign/sized-image.ts';
import { checkQcow2, type CheckResult, type Repair } from '../../machine/block/image/qcow2/check.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { ImgFailure, type ImgCommand, type ImgContext, UsageFailure } from '../context.ts';
import { oneImage, parseArguments, SHARING } from '../getopt.ts';
import { asQcow2, openFor } from '../open.ts';
import { checkCache, outputFormat } from '../output.ts';

/** Exit status for a format that can't be checked. */
const UNSUPPORTED = 63;
/** Formats whose images QEMU checks, besides qcow2. */
const CHECKED = new Set(['vdi', 'vhdx', 'vmdk']);

/** `check`: looks whether the structures of an image agree, and repairs them if it's told to. */
export const check: ImgCommand = (argv, context) => {
  let repair: Repair = 'none';
  const { operands, value, has } = parseArguments(
    argv,
    {
      ...SHARING,
      format: { as: 'f' },
      r: 'value',
      repair: { as: 'r' },
      output: 'value',
      T: 'value',
      q: 'flag',
    },
    {
      check(name, given) {
        if (name !== 'r') return;
        if (given !== 'leaks' && given !== 'all') {
          throw new UsageFailure(`Unknown option value for -r (expecting 'leaks' or 'all'): ${given}`);
        }
        repair = given;
      },
    },
  );
  const filename = oneImage(operands);
  const json = outputFormat(value('output')) === 'json';
  checkCache('source cache', value('T'));
  const image = openFor(context, filename, {
    format: value('f'),
    writable: repair !== ('none' as Repair),
    repair: true,
    share: has('U'),
  });
  try {
    const qcow2 = asQcow2(image);
    if (image instanceof SizedImage && CHECKED.has(image.format)) {
      throw new ImageNotModelled(`the check of ${image.format} images`);
    }
    if (qcow2 === undefined) throw new ImgFailure('This image format does not support checks', UNSUPPORTED);
    let result = checkQcow2(qcow2, repair);
    for (const message of result.messages) context.stderr(`${message}\n`);
    const fixed = { corruptions: result.corruptionsFixed, leaks: result.leaksFixed };
    if (fixed.corruptions > 0 || fixed.leaks > 0) {
      if (!json && !has('q')) {
        context.stdout(
          'The following inconsistencies were found and repaired:\n\n' +
            `    ${fixed.leaks} leaked clusters\n    ${fixed.corruptions} corruptions\n\n` +
            'Double checking the fixed image now...\n',
        );
      }
      result = checkQcow2(qcow2);
      for (const message of result.messages) context.stderr(`${message}\n`);
    }
    if (has('q')) return statusOf(result);
    if (json) context.stdout(`${printPretty(dataOf(filename, result, fixed), '\n')}\n`);
    else printResult(context, result);
    return statusOf(result);
  } finally {
    closeChain(image);
  }
};

function statusOf({ corruptions, leaks }: CheckResult): number {
  if (corruptions > 0) return 2;
  return leaks > 0 ? 3 : 0;
}

/** Prints a share in hundredths as C does: of two that are as near, the even one. */
function percent(part: number, of: number): string {
  const hundredths = (part * 10_000) / of;
  const isBetween = hundredths % 1 === 0.5;
  return ((isBetween ? 2 * Math.round(hundredths / 2) : Math.round(hundredths)) / 100).toFixed(2);
}

function dataOf(
  filename: string,
  result: CheckResult,
  fixed: { corruptions: number; leaks: number },
): Record<string, unknown> {
  const some = (name: string, count: number): Record<string, number> =>
    count === 0 ? {} : { [name]: count };
  return {
    filename,
    format: 'qcow2',
    'check-errors': 0,
    ...some('image-end-offset', result.imageEnd),
    ...some('corruptions', result.corruptions),
    ...some('leaks', result.leaks),
    ...some('corruptions-fixed', fixed.corruptions),
    ...some('leaks-fixed', fixed.leaks),
    ...some('total-clusters', result.totalClusters),
    ...some('allocated-clusters', result.allocatedClusters),
    ...some('fragmented-clusters', result.fragmentedClusters),
    ...some('compressed-clusters', result.compressedClusters),
  };
}

function printResult({ stdout }: ImgContext, result: CheckResult): void {
  if (result.corruptions === 0 && result.leaks === 0) stdout('No errors were found on the image.\n');
  if (result.corruptions > 0) {
    stdout(
      `\n${result.corruptions} errors were found on the image.\n` +
        'Data may be corrupted, or further writes to the image may corrupt it.\n',
    );
  }
  if (result.leaks > 0) {
    stdout(
      `\n${result.leaks} leaked clusters were found on the image.\nThis means waste of disk space, but no harm to data.\n`,
    );
  }
  const { totalClusters: total, allocatedClusters: allocated } = result;
  if (total !== 0 && allocated !== 0) {
    stdout(
      `${allocated}/${total} = ${percent(allocated, total)}% allocated, ` +
        `${percent(result.fragmentedClusters, allocated)}% fragmented, ` +
        `${percent(result.compressedClusters, allocated)}% compressed clusters\n`,
    );
  }
  if (result.imageEnd > 0) stdout(`Image end offset: ${result.imageEnd}\n`);
}
