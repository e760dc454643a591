import { shown } from './shown.ts';
import { imageLines } from './image-lines.ts';

type Info = Readonly<Record<string, unknown>>;

/** Names of limits as the human monitor prints them, in its order. */
const LIMITS =
  'bps bps_rd bps_wr bps_max bps_rd_max bps_wr_max iops iops_rd iops_wr iops_max iops_rd_max iops_wr_max iops_size'.split(
    ' ',
  );

/** A drive as `info block` prints it (`print_block_info` in `block/monitor/block-hmp-cmds.c`). */
export function driveLines(drive: Info, isVerbose: boolean): string[] {
  const inserted = drive['inserted'] as Info | undefined;
  const node = inserted?.['node-name'];
  const device = drive['device'];
  const name =
    device === '' ? shown(node ?? drive['qdev'] ?? '<anonymous>') : `${shown(device)}${inNode(node)}`;
  const lines = [name + mediumText(inserted)];
  if (drive['qdev'] !== undefined) lines.push(`    Attached to:      ${shown(drive['qdev'])}`);
  if (drive['removable'] === true) {
    const lock = drive['locked'] === true ? '' : 'not ';
    lines.push(
      `    Removable device: ${lock}locked, tray ${drive['tray_open'] === true ? 'open' : 'closed'}`,
    );
  }
  return inserted === undefined ? lines : [...lines, ...mediumLines(inserted, isVerbose)];
}

/** A node as `info block -n` prints it. */
export function nodeLines(node: Info, isVerbose: boolean): string[] {
  return [shown(node['node-name']) + mediumText(node), ...mediumLines(node, isVerbose)];
}

const inNode = (node: unknown): string => (node === undefined ? '' : ` (${shown(node)})`);

function mediumText(medium: Info | undefined): string {
  if (medium === undefined) return ': [not inserted]';
  return `: ${shown(medium['file'])} (${shown(medium['drv'])}${medium['ro'] === true ? ', read-only' : ''})`;
}

function mediumLines(medium: Info, isVerbose: boolean): string[] {
  const cache = medium['cache'] as Info;
  const mode = cache['writeback'] === true ? 'writeback' : 'writethrough';
  const more = `${cache['direct'] === true ? ', direct' : ''}${cache['no-flush'] === true ? ', ignore flushes' : ''}`;
  const lines = [`    Cache mode:       ${mode}${more}`];
  if (medium['backing_file'] !== undefined) {
    const depth = shown(medium['backing_file_depth']);
    lines.push(`    Backing file:     ${shown(medium['backing_file'])} (chain depth: ${depth})`);
  }
  if (medium['detect_zeroes'] !== 'off')
    lines.push(`    Detect zeroes:    ${shown(medium['detect_zeroes'])}`);
  if (['bps', 'bps_rd', 'bps_wr', 'iops', 'iops_rd', 'iops_wr'].some((name) => medium[name] !== 0)) {
    const limits = LIMITS.map((name) => `${name}=${shown(medium[name] ?? 0)}`).join(' ');
    lines.push(`    I/O throttling:   ${limits} group=${shown(medium['group'])}`);
  }
  if (!isVerbose) return lines;
  lines.push('', 'Images:');
  for (let image = medium['image'] as Info | undefined; image !== undefined;) {
    lines.push(...imageLines(image));
    image = image['backing-image'] as Info | undefined;
  }
  return lines;
}
