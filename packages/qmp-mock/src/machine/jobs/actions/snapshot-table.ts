import type { BlockBackends } from '../../block/backend/backends.ts';
import type { BlockGraph } from '../../block/graph/block-graph.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import { Qcow2Image } from '../../block/image/qcow2/qcow2-image.ts';
import { listSnapshots } from '../../block/image/qcow2/snapshots.ts';
import type { Snapshot } from '../../block/image/qcow2/snapshot-table.ts';
import type { JobRules } from '../engine/job-rules.ts';
import { driveNameOf } from '../kinds/parts.ts';

/** A disk that snapshots of the whole machine are about. */
export interface SnapshotDisk {
  readonly node: BlockNode;
  /** Its image, if snapshots can be in it. */
  readonly image: Qcow2Image | undefined;
}

/** A node as a disk of snapshots. */
export function diskOf(node: BlockNode): SnapshotDisk {
  return { node, image: snapshotImage(node) };
}

/** The image that snapshots of a node go into: its own, or that of its only child (`bdrv_can_snapshot`). */
function snapshotImage(node: BlockNode): Qcow2Image | undefined {
  if (node.readOnly) return undefined;
  if (node.image instanceof Qcow2Image) return node.image;
  const [only, ...others] = node.children;
  return only === undefined || others.length > 0 ? undefined : snapshotImage(only.node);
}

/**
 * Disks that snapshots of the whole machine are about: those that somebody other than a node uses, and those
 * that nobody uses (`bdrv_all_snapshots_includes_bs`).
 */
export function snapshotDisks(
  graph: BlockGraph,
  backends: BlockBackends,
  { losesNodes }: Pick<JobRules, 'losesNodes'>,
): SnapshotDisk[] {
  const ofDrives = backends.list().flatMap(({ node }) => (node === undefined ? [] : [node]));
  const owned = graph.monitorOwned;
  const last = ofDrives.at(-1);
  const known = losesNodes && last !== undefined ? behind(owned, last) : owned;
  const roots = [
    ...ofDrives,
    ...known.filter(
      ({ parents }) => parents.length === 0 || parents.some(({ parent }) => parent.node === undefined),
    ),
  ];
  return [...new Set(roots)].flatMap((node) => (node.readOnly ? [] : [diskOf(node)]));
}

function behind(nodes: readonly BlockNode[], node: BlockNode): readonly BlockNode[] {
  const at = nodes.indexOf(node);
  return at < 0 ? [] : nodes.slice(at + 1);
}

/** Snapshots of a disk. */
export function snapshotsOf({ image }: SnapshotDisk): readonly Snapshot[] {
  return image === undefined ? [] : listSnapshots(image);
}

/** How a version prints the table of snapshots: newer ones have wider columns. */
export type SnapshotTableStyle = 'narrow' | 'wide';

/** Lines of `info snapshots`, for disks one of which can have snapshots (`hmp_info_snapshots`). */
export function snapshotLines(disks: readonly SnapshotDisk[], style: SnapshotTableStyle): string[] {
  const first = disks.find(({ image }) => image !== undefined);
  const isEverywhere = ({ name }: Snapshot): boolean =>
    disks.every((disk) => snapshotsOf(disk).some((snapshot) => snapshot.name === name));
  const everywhere = first === undefined ? [] : snapshotsOf(first).filter(isEverywhere);
  const partly = disks
    .map((disk) => ({ disk, own: snapshotsOf(disk).filter((snapshot) => !isEverywhere(snapshot)) }))
    .filter(({ own }) => own.length > 0);
  if (everywhere.length === 0 && partly.length === 0) return ['There is no snapshot available.'];
  const row = ROWS[style];
  const table = (snapshots: readonly Snapshot[], showsId: boolean): string[] => [
    row.head,
    ...snapshots.map((snapshot) => row.line(snapshot, showsId ? snapshot.id : '--')),
  ];
  return [
    'List of snapshots present on all disks:',
    ...(everywhere.length === 0 ? ['None'] : table(everywhere, false)),
    ...partly.flatMap(({ disk, own }) => [
      '',
      `List of partial (non-loadable) snapshots on '${driveNameOf(disk.node)}':`,
      ...table(own, true),
    ]),
  ];
}

const ROWS: Readonly<
  Record<SnapshotTableStyle, { readonly head: string; readonly line: (of: Snapshot, id: string) => string }>
> = {
  narrow: {
    head: 'ID        TAG               VM SIZE                DATE     VM CLOCK     ICOUNT',
    line: (snapshot, id) =>
      `${id.padEnd(9)} ${snapshot.name.padEnd(16)} ${sizeOf(snapshot).padStart(8)}` +
      `${dateOf(snapshot).padStart(20)}${clockOf(snapshot, 2).padStart(13)}${icountOf(snapshot, '').padStart(11)}`,
  },
  wide: {
    head: 'ID      TAG               VM_SIZE                DATE        VM_CLOCK     ICOUNT',
    line: (snapshot, id) =>
      `${id.padEnd(7)} ${snapshot.name.padEnd(16)} ${sizeOf(snapshot).padStart(8)} ` +
      `${dateOf(snapshot).padStart(19)} ${clockOf(snapshot, 4).padStart(15)} ${icountOf(snapshot, '--').padStart(10)}`,
  },
};

/** A size with three digits (`size_to_str`). */
function sizeOf({ stateSize }: Snapshot): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
  let size = stateSize;
  let unit = 0;
  while (size >= 1000) {
    size /= 1024;
    unit += 1;
  }
  return `${Number(size.toPrecision(3))} ${units[unit]}B`;
}

/** A date in the time zone of the host, as QEMU prints it. */
function dateOf({ dateSeconds }: Snapshot): string {
  const date = new Date(dateSeconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function clockOf({ clockNanoseconds }: Snapshot, hourDigits: number): string {
  const seconds = Math.floor(clockNanoseconds / 1e9);
  const ms = Math.floor((clockNanoseconds % 1e9) / 1e6);
  const pad = (value: number, digits: number): string => String(Math.floor(value)).padStart(digits, '0');
  return `${pad(seconds / 3600, hourDigits)}:${pad((seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}.${pad(ms, 3)}`;
}

function icountOf({ icount }: Snapshot, none: string): string {
  return icount === undefined || icount === 0 ? none : String(icount);
}
