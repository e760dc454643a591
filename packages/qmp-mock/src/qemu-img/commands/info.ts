import { printPretty } from '../../engine/json/printer.ts';
import type { Image } from '../../machine/block/image/image.ts';
import { backingPath } from '../../machine/block/image/open-image.ts';
import { qcow2Specific, snapshotInfo } from '../../machine/block/image/qcow2/details.ts';
import { listSnapshots } from '../../machine/block/image/qcow2/snapshots.ts';
import type { ByteFile } from '../../machine/block/image/byte-file.ts';
import { SizedImage } from '../../machine/block/image/foreign/sized-image.ts';
import { RawImage } from '../../machine/block/image/raw.ts';
import type { Qcow2Image } from '../../machine/block/image/qcow2/qcow2-image.ts';
import { ImgFailure, type ImgCommand, type ImgContext } from '../context.ts';
import { oneImage, parseArguments, SHARING } from '../getopt.ts';
import { asQcow2, openFor } from '../open.ts';
import { outputFormat } from '../output.ts';
import { humanSize } from '../../machine/block/image/human-size.ts';
import { snapshotLines } from './snapshot.ts';

/** `info`: tells of an image, or with `--backing-chain` of all that stand behind each other. */
export const info: ImgCommand = (argv, context) => {
  const { operands, value, has } = parseArguments(argv, {
    ...SHARING,
    format: { as: 'f' },
    output: 'value',
    'backing-chain': 'flag',
  });
  const filename = oneImage(operands);
  const json = outputFormat(value('output')) === 'json';
  const whole = has('backing-chain');
  const found = describeChain(context, filename, value('f'), whole);
  if (json) context.stdout(`${printPretty(whole ? found.map(({ data }) => data) : found[0]?.data, '\n')}\n`);
  else context.stdout(found.map(({ lines }) => `${lines.join('\n')}\n`).join('\n'));
  return 0;
};

interface Described {
  readonly data: Record<string, unknown>;
  readonly lines: readonly string[];
}

/** Opens one image after the other, so that the message for one that can't be opened names it. */
function describeChain(
  context: ImgContext,
  first: string,
  firstFormat: string | undefined,
  whole: boolean,
): Described[] {
  const found: Described[] = [];
  const seen = new Set<string>();
  let next: { filename: string; format: string | undefined } | undefined = {
    filename: first,
    format: firstFormat,
  };
  while (next !== undefined) {
    const { filename, format }: { filename: string; format: string | undefined } = next;
    if (seen.has(filename)) throw new ImgFailure(`Backing file '${filename}' creates an infinite loop.`);
    seen.add(filename);
    const image = openFor(context, filename, { format, backing: false, headersOnly: true });
    try {
      found.push(describe(image));
      const header = asQcow2(image)?.header;
      next =
        whole && header?.backingFile !== undefined
          ? { filename: backingPath(filename, header.backingFile), format: header.backingFormat }
          : undefined;
    } finally {
      image.close();
    }
  }
  return found;
}

function describe(image: Image): Described {
  const qcow2 = asQcow2(image);
  const file = fileOf(image);
  const actualSize = file?.allocated ?? 0;
  const lines = [
    `image: ${image.filename}`,
    `file format: ${image.format}`,
    `virtual size: ${humanSize(image.size)} (${image.size} bytes)`,
    `disk size: ${humanSize(actualSize)}`,
  ];
  const data: Record<string, unknown> = {
    'virtual-size': image.size,
    filename: image.filename,
    format: image.format,
    'actual-size': actualSize,
    'dirty-flag': false,
  };
  if (qcow2 !== undefined) describeQcow2(qcow2, lines, data);
  if (image instanceof SizedImage) describeSized(image, lines, data);
  return { lines, data };
}

function fileOf(image: Image): ByteFile | undefined {
  return image instanceof RawImage || image instanceof SizedImage ? image.file : asQcow2(image)?.file;
}

function describeQcow2(image: Qcow2Image, lines: string[], data: Record<string, unknown>): void {
  const { header } = image;
  data['cluster-size'] = image.clusterSize;
  lines.push(`cluster_size: ${image.clusterSize}`);
  if (header.backingFile !== undefined) {
    const full = backingPath(image.filename, header.backingFile);
    data['backing-filename'] = header.backingFile;
    data['full-backing-filename'] = full;
    const actual = full === header.backingFile ? '' : ` (actual path: ${full})`;
    lines.push(`backing file: ${header.backingFile}${actual}`);
    if (header.backingFormat !== undefined) {
      data['backing-filename-format'] = header.backingFormat;
      lines.push(`backing file format: ${header.backingFormat}`);
    }
  }
  const snapshots = listSnapshots(image);
  if (snapshots.length > 0) {
    lines.push('Snapshot list:', ...snapshotLines(snapshots));
    data['snapshots'] = snapshotInfo(snapshots);
  }
  const specific = qcow2Specific(image);
  data['format-specific'] = { type: 'qcow2', data: Object.fromEntries(specific) };
  lines.push('Format specific information:', ...specific.flatMap(([name, value]) => linesOf(name, value, 4)));
}

function describeSized({ format, facts }: SizedImage, lines: string[], data: Record<string, unknown>): void {
  const { clusterSize, encrypted, specific } = facts;
  if (clusterSize !== undefined) {
    lines.push(`cluster_size: ${clusterSize}`);
    data['cluster-size'] = clusterSize;
  }
  if (encrypted !== undefined) {
    lines.push('encrypted: yes');
    data['encrypted'] = encrypted;
  }
  if (specific === undefined) return;
  data['format-specific'] = { type: format, data: Object.fromEntries(specific) };
  lines.push('Format specific information:', ...specific.flatMap(([name, value]) => linesOf(name, value, 4)));
}

/** Prints a member in the human form: a list gives each element its index. */
function linesOf(name: string, value: unknown, indent: number): string[] {
  const head = `${' '.repeat(indent)}${name.replaceAll('-', ' ')}:`;
  if (Array.isArray(value))
    return [head, ...value.flatMap((each, index) => linesOf(`[${index}]`, each, indent + 4))];
  if (typeof value === 'object' && value !== null) {
    return [head, ...Object.entries(value).flatMap(([key, each]) => linesOf(key, each, indent + 4))];
  }
  return [`${head} ${String(value)}`];
}
