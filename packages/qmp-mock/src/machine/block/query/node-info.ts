import { bitmapsOf } from '../bitmaps/node-bitmaps.ts';
import type { BlockBackend } from '../backend/block-backend.ts';
import type { BackendThrottling } from '../backend/throttle-groups.ts';
import { shownLimits } from '../backend/throttle-limits.ts';
import { describeNode, type NodeShapeRules } from '../describe-node.ts';
import { describeFilename, fullBackingFile } from '../graph/describe-filename.ts';
import type { BlockNode } from '../graph/node.ts';

/** Smallest alignment of memory of a node that asks for none, in bytes. */
const SECTOR = 512;

/** Options of {@link nodeInfo}. */
export interface NodeInfoOptions {
  /** The drive that has it, if it is shown as a medium. */
  readonly backend?: BlockBackend | undefined;
  /** Limits of that drive. */
  readonly throttle?: ReturnType<BackendThrottling['of']>;
  /** Whether images behind it are left out. */
  readonly flat?: boolean;
}

/**
 * A node as queries show it (`bdrv_block_device_info`).
 */
export function nodeInfo(
  node: BlockNode,
  rules: NodeShapeRules,
  { backend, throttle, flat = false }: NodeInfoOptions = {},
): Record<string, unknown> {
  const { state, behaviour } = node;
  const skipsImplicit = backend !== undefined;
  return describeNode(
    {
      name: node.name,
      driver: node.driver,
      size: behaviour.shownSize ?? node.size,
      readOnly: node.readOnly,
      active: node.active,
      filename: describeFilename(node).filename,
      backingFile: node.backing === undefined ? undefined : describeFilename(node.backing).filename,
      detectZeroes: state.detectZeroes,
      cache: { direct: state.direct, noFlush: state.noFlush },
      children: node.children.toReversed().map((edge) => ({ child: edge.name, name: edge.node.name })),
      memoryAlignment: memoryAlignment(node),
      limits: limitsOf(node),
      image: { ...imageMembers(node), ...(!flat && behindMembers(node, rules, skipsImplicit)) },
      bitmaps: bitmapsOf(node).describe(),
      more: {
        backing_file_depth: flat ? 0 : depthOf(node, skipsImplicit),
        write_threshold: node.threshold.offset,
        ...(throttle !== undefined && { ...shownLimits(throttle.limits), group: throttle.group }),
        cache: {
          'no-flush': state.noFlush,
          direct: state.direct,
          writeback: backend?.writeCache ?? true,
        },
      },
    },
    rules,
  );
}

/**
 * Next image behind a node: a filter has one, too. A drive's nodes that a job put in are left out.
 */
function behind(node: BlockNode, skipsImplicit: boolean): BlockNode | undefined {
  const { below } = node;
  return skipsImplicit ? below?.skippingImplicit : below;
}

/** Number of images behind a node. */
function depthOf(node: BlockNode, skipsImplicit: boolean): number {
  const next = behind(node, skipsImplicit);
  return next === undefined ? 0 : 1 + depthOf(next, skipsImplicit);
}

function memoryAlignment(node: BlockNode): number {
  const { children } = node;
  if (children.length === 0) return node.behaviour.memoryAlignment ?? SECTOR;
  return Math.max(...children.map((edge) => memoryAlignment(edge.node)));
}

/** Limits of the image: alignments of discards are those of the nodes below, too. */
function limitsOf(node: BlockNode): Record<string, unknown> {
  const discard = discardAlignment(node);
  return { ...node.behaviour.limits?.(), ...(discard > 0 && { 'discard-alignment': discard }) };
}

function discardAlignment({ behaviour, children }: BlockNode): number {
  const own = Number(behaviour.limits?.()['discard-alignment'] ?? 0);
  return Math.max(own, ...children.map((edge) => discardAlignment(edge.node)));
}

/** An image as `ImageInfo` shows it, with those behind it. */
function describeImage(
  node: BlockNode,
  rules: NodeShapeRules,
  skipsImplicit: boolean,
): Record<string, unknown> {
  const info = nodeInfo(node, rules, { flat: true });
  return { ...(info['image'] as Record<string, unknown>), ...behindMembers(node, rules, skipsImplicit) };
}

function imageMembers(node: BlockNode): Record<string, unknown> {
  const allocated = allocatedSize(node);
  return {
    'actual-size': allocated === 'unknown' ? undefined : allocated,
    ...node.behaviour.imageInfo?.(),
    ...(node.backingFile !== '' && {
      'backing-filename': node.backingFile,
      'full-backing-filename': fullBackingFile(node),
      ...(node.backingFormat !== undefined && { 'backing-filename-format': node.backingFormat }),
    }),
  };
}

function behindMembers(
  node: BlockNode,
  rules: NodeShapeRules,
  skipsImplicit: boolean,
): Record<string, unknown> {
  const next = behind(node, skipsImplicit);
  return next === undefined ? {} : { 'backing-image': describeImage(next, rules, skipsImplicit) };
}

/** Bytes on the disk: the driver's own, or those of the children that hold its data. */
function allocatedSize(node: BlockNode): number | 'unknown' {
  const own = node.behaviour.allocatedSize?.();
  if (own !== undefined) return own;
  let sum = 0;
  for (const { role, node: child } of node.children) {
    const size = role === 'cow' ? 0 : allocatedSize(child);
    if (size === 'unknown') return size;
    sum += size;
  }
  return sum;
}
