import { humanSize } from '../image/human-size.ts';
import { shown } from './shown.ts';

/** An image as the human monitor and `qemu-img` print it (`bdrv_node_info_dump` in `block/qapi.c`). */
export function imageLines(info: Readonly<Record<string, unknown>>): string[] {
  const size = Number(info['virtual-size']);
  const lines = [
    `image: ${shown(info['filename'])}`,
    `file format: ${shown(info['format'])}`,
    `virtual size: ${humanSize(size)} (${shown(info['virtual-size'])} bytes)`,
    `disk size: ${humanSize(Number(info['actual-size']))}`,
  ];
  if (info['cluster-size'] !== undefined) lines.push(`cluster_size: ${shown(info['cluster-size'])}`);
  if (info['dirty-flag'] === true) lines.push('cleanly shut down: no');
  const backing = info['backing-filename'];
  if (typeof backing === 'string') {
    const full = info['full-backing-filename'];
    lines.push(`backing file: ${backing}${full === backing ? '' : ` (actual path: ${shown(full)})`}`);
    const format = info['backing-filename-format'];
    if (format !== undefined) lines.push(`backing file format: ${shown(format)}`);
  }
  const { limits } = info;
  if (limits !== undefined) lines.push('Block limits:', ...limitLines(limits as Record<string, unknown>));
  const specific = info['format-specific'] as { readonly data: Record<string, unknown> } | undefined;
  if (specific !== undefined && Object.keys(specific.data).length > 0) {
    lines.push('Format specific information:');
    for (const [name, value] of Object.entries(specific.data)) lines.push(...memberLines(name, value, 4));
  }
  return lines;
}

/** Limits in the order in which QEMU prints its hash table. */
const LIMITS = [
  'write-zeroes-alignment',
  'request-alignment',
  'min-mem-alignment',
  'discard-alignment',
  'opt-mem-alignment',
  'max-iov',
];

function limitLines(limits: Readonly<Record<string, unknown>>): string[] {
  return LIMITS.filter((name) => limits[name] !== undefined).map(
    (name) => `    ${name.replaceAll('-', ' ')}: ${shown(limits[name])}`,
  );
}

/** Prints a member of the format's own part: a list gives each element its index. */
export function memberLines(name: string, value: unknown, indent: number): string[] {
  const head = `${' '.repeat(indent)}${name.replaceAll('-', ' ')}:`;
  if (Array.isArray(value)) {
    return [head, ...value.flatMap((each, index) => memberLines(`[${index}]`, each, indent + 4))];
  }
  if (typeof value === 'object' && value !== null) {
    return [head, ...Object.entries(value).flatMap(([key, each]) => memberLines(key, each, indent + 4))];
  }
  return [`${head} ${shown(value)}`];
}
