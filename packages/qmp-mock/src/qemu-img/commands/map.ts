import { type ChainExtent, walkChain } from '../../machine/block/image/chain.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { ImgFailure, type ImgCommand } from '../context.ts';
import { oneImage, parseArguments, SHARING } from '../getopt.ts';
import { openFor } from '../open.ts';
import { outputFormat } from '../output.ts';
import { sizeArgument } from '../sizes.ts';

/** A part of a disk, and the image of the chain that it comes from. */
interface MapEntry {
  start: number;
  length: number;
  readonly depth: number;
  readonly present: boolean;
  readonly zero: boolean;
  readonly data: boolean;
  readonly host: number | undefined;
  readonly filename: string;
}

/** `map`: tells from which image of a chain, and from where in it, each part of a disk comes. */
export const map: ImgCommand = (argv, context) => {
  let start = 0;
  let most = Infinity;
  const { operands, value } = parseArguments(
    argv,
    {
      ...SHARING,
      format: { as: 'f' },
      s: 'value',
      l: 'value',
      output: 'value',
      'start-offset': { as: 's' },
      'max-length': { as: 'l' },
    },
    {
      check(name, given) {
        if (name === 's') start = sizeArgument('start offset', given);
        if (name === 'l') most = sizeArgument('max length', given);
      },
    },
  );
  const filename = oneImage(operands);
  const json = outputFormat(value('output')) === 'json';
  const image = openFor(context, filename, { format: value('f') });
  try {
    const end = Math.min(image.size, start + most);
    const entries = start < end ? [...joined(walkChain(image, { offset: start, length: end - start }))] : [];
    if (json) context.stdout(`[${entries.map(jsonOf).join(',\n')}]\n`);
    else {
      context.stdout(`${['Offset', 'Length', 'Mapped to'].map((head) => head.padEnd(16)).join('')}File\n`);
      for (const entry of entries) {
        if (!entry.data || entry.zero) continue;
        if (entry.host === undefined)
          throw new ImgFailure('File contains external, encrypted or compressed clusters.');
        context.stdout(`${[entry.start, entry.length, entry.host].map(hex).join('')}${entry.filename}\n`);
      }
    }
    return 0;
  } finally {
    closeChain(image);
  }
};

function entryOf({ image, depth, offset, length, kind, host }: ChainExtent): MapEntry {
  const data = kind === 'data';
  return {
    start: offset,
    length,
    depth,
    present: kind !== 'unallocated',
    zero: !data,
    data,
    host,
    filename: image.filename,
  };
}

function* joined(extents: Iterable<ChainExtent>): Iterable<MapEntry> {
  let last: MapEntry | undefined;
  for (const extent of extents) {
    const next = entryOf(extent);
    const same =
      last !== undefined &&
      last.depth === next.depth &&
      last.present === next.present &&
      last.zero === next.zero &&
      (last.host === undefined ? next.host === undefined : last.host + last.length === next.host);
    if (same && last !== undefined) last.length += next.length;
    else {
      if (last !== undefined) yield last;
      last = next;
    }
  }
  if (last !== undefined) yield last;
}

function jsonOf({ start, length, depth, present, zero, data, host }: MapEntry): string {
  const offset = host === undefined ? '' : `, "offset": ${host}`;
  return `{ "start": ${start}, "length": ${length}, "depth": ${depth}, "present": ${present}, "zero": ${zero}, "data": ${data}${offset}}`;
}

function hex(value: number): string {
  return (value === 0 ? '0' : `0x${value.toString(16)}`).padEnd(16);
}
