import { QDict } from '../../../engine/json/value.ts';
import { genericError, textOf } from '../../command.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import type { JobRules } from '../engine/job-rules.ts';
import type { OnError } from '../engine/block-job.ts';
import { isRoot } from './chain.ts';
import { createMirror, mirrorGranularity, type MirrorBacking } from './mirror.ts';
import { commonOptions, type JobParts } from './parts.ts';
import { makeTarget } from './target-image.ts';

/** `blockdev-mirror`: keeps a node like a disk. */
export function startBlockdevMirror(parts: JobParts, args: QDict, rules: JobRules): void {
  const { graph } = parts;
  const source = rootNode(parts, textOf(args, 'device'));
  const target = graph.lookup(textOf(args, 'target'), textOf(args, 'target'));
  start(parts, args, rules, { source, target, backing: 'leave' });
}

/** `drive-mirror`: keeps a file like a disk. */
export function startDriveMirror(parts: JobParts, args: QDict, rules: JobRules): void {
  const { graph } = parts;
  const source = rootNode(parts, textOf(args, 'device'));
  source.checkBlocked('mirror-source');
  const isNew = args.get('mode') !== 'existing';
  const format =
    (args.get('format') as string | undefined) ?? (isNew ? source.skippingFilters.driver : undefined);
  const filename = textOf(args, 'target');
  let sync = textOf(args, 'sync');
  const behind = source.skippingFilters.backing;
  if (behind === undefined && sync === 'top') sync = 'full';
  if (args.has('replaces')) {
    if (!args.has('node-name')) {
      throw genericError('a node-name must be provided when replacing a named node of the graph');
    }
    const replaced = graph.get(textOf(args, 'replaces'));
    if (replaced.size !== source.size) {
      throw genericError('cannot replace image with a mirror image of different size');
    }
  }
  const base = sync === 'none' ? source : behind;
  if (isNew) {
    const backing = sync === 'full' ? undefined : base;
    makeTarget(parts, { filename, format: format ?? 'raw', size: source.size, backing });
  }
  const options = new QDict([['discard', args.get('unmap') === false ? 'ignore' : 'unmap']]);
  if (args.has('node-name')) options.set('node-name', textOf(args, 'node-name'));
  if (format !== undefined) options.set('driver', format);
  const target = graph.open(options, { filename, noBacking: true });
  try {
    start(parts, args, rules, { source, target, backing: isNew ? 'source' : 'own', sync });
  } finally {
    graph.release(target);
  }
}

/** `blockdev_mirror_common`. */
function start(
  parts: JobParts,
  args: QDict,
  rules: JobRules,
  given: { source: BlockNode; target: BlockNode; backing: MirrorBacking; sync?: string },
): void {
  const { source, target, backing } = given;
  const granularity = mirrorGranularity(args);
  source.checkBlocked('mirror-source');
  target.checkBlocked('mirror-target');
  const asked = given.sync ?? textOf(args, 'sync');
  const behind = source.skippingFilters.backing;
  // A chain of one image is all that there is to copy, but the target isn't made zeros then.
  const sync = asked;
  if (args.has('replaces') && given.sync === undefined) parts.graph.get(textOf(args, 'replaces'));
  if (sync === 'incremental' || sync === 'bitmap') throw genericError(`Sync mode '${sync}' not supported`);
  createMirror(parts, {
    type: 'mirror',
    options: commonOptions(args, source),
    source,
    target,
    sync,
    base: sync === 'top' ? behind : undefined,
    backing,
    granularity,
    bufferSize: Number(args.get('buf-size') ?? 0),
    filterName: args.get('filter-node-name') as string | undefined,
    replaces: args.get('replaces') as string | undefined,
    onError: {
      source: (args.get('on-source-error') ?? 'report') as OnError,
      target: (args.get('on-target-error') ?? 'report') as OnError,
    },
    active: args.get('copy-mode') === 'write-blocking',
    skipsZeros: rules.skipsZeros,
    tellsActive: rules.tellsActive,
  }).start();
}

/** Finds a node that no other uses (`qmp_get_root_bs`). */
function rootNode({ graph }: JobParts, name: string): BlockNode {
  const node = graph.lookup(name, name);
  if (!isRoot(node)) throw genericError('Need a root block node');
  return node;
}
