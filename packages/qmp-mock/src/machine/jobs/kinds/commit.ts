import type { QDict } from '../../../engine/json/value.ts';
import { QmpCommandError } from 'qmp-core/errors';
import { deviceNotFound, genericError, textOf } from '../../command.ts';
import { changeBackingFile, setReadOnly } from '../../block/graph/reopen.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import {
  ALL_PERMISSIONS,
  CONSISTENT_READ,
  RESIZE,
  WRITE,
  WRITE_UNCHANGED,
} from '../../block/graph/permission.ts';
import type { BlockJob, OnError } from '../engine/block-job.ts';
import type { JobDriver, JobRoutine } from '../engine/job.ts';
import { chainContains, fileNameOf, findBackingImage, findBase, findOverlay, isRoot } from './chain.ts';
import { attempt, guestExtents } from './copy.ts';
import { insertFilter, removeFilter } from './filter.ts';
import { JobNodes } from './job-nodes.ts';
import { createMirror } from './mirror.ts';
import { commonOptions, usesFile, type JobParts } from './parts.ts';

/** Bytes that are looked at at once. */
const CHUNK = 512 << 10;

/** `block-commit` (blockdev.c). Throws QEMU's refusal. */
export function startCommit(parts: JobParts, args: QDict): void {
  const { jobs } = parts;
  const onError = (args.get('on-error') ?? 'report') as OnError;
  jobs.drain();
  const active = activeLayer(parts, textOf(args, 'device'));
  active.checkBlocked('commit-source');
  const top = chooseTop(parts, args, active);
  const base = chooseBase(parts, args, top);
  for (let node: BlockNode | undefined = top; node !== undefined && node !== base.below; node = node.below) {
    node.checkBlocked('commit-target');
  }
  if (top === base) throw genericError('cannot commit an image into itself');
  const options = commonOptions(args, active);
  if (top.skippingFilters === active.skippingFilters) {
    if (args.has('backing-file')) {
      throw genericError("'backing-file' specified, but 'top' is the active layer");
    }
    startActiveCommit(parts, args, active, base, onError).start();
    return;
  }
  const overlay = findOverlay(active, top);
  overlay?.checkBlocked('commit-target');
  const restore = makeWritable(parts, base);
  try {
    createCommit(parts, { args, options, active, top, base, overlay, onError, restore }).start();
  } catch (error) {
    restore();
    throw error;
  }
}

function startActiveCommit(
  parts: JobParts,
  args: QDict,
  active: BlockNode,
  base: BlockNode,
  onError: OnError,
): BlockJob {
  const restore = makeWritable(parts, base);
  try {
    return createMirror(parts, {
      type: 'commit',
      options: commonOptions(args, active),
      source: active,
      target: base,
      sync: 'top',
      base,
      backing: 'leave',
      granularity: 0,
      bufferSize: 0,
      filterName: args.get('filter-node-name') as string | undefined,
      replaces: undefined,
      onError: { source: onError, target: onError },
      active: false,
      skipsZeros: false,
      tellsActive: false,
    });
  } catch (error) {
    restore();
    throw error;
  }
}

/** Makes a node writable. Gives a function that makes it as it was. */
function makeWritable({ graph }: JobParts, node: BlockNode): () => void {
  if (!node.readOnly) return () => {};
  setReadOnly(graph, node, false);
  return () => setReadOnly(graph, node, true);
}

/** The node that a command names as a device. */
function activeLayer({ graph }: JobParts, device: string): BlockNode {
  let node: BlockNode;
  try {
    node = graph.lookup(device, device);
  } catch (error) {
    // Programs find out by this class whether a version can commit.
    if (error instanceof QmpCommandError && error.desc.startsWith('Cannot find'))
      throw deviceNotFound(device);
    throw error;
  }
  if (!isRoot(node)) throw genericError('Need a root block node');
  return node;
}

function chooseTop({ graph }: JobParts, args: QDict, active: BlockNode): BlockNode {
  if (args.has('top-node') && args.has('top')) {
    throw genericError("'top-node' and 'top' are mutually exclusive");
  }
  if (args.has('top-node')) {
    const name = textOf(args, 'top-node');
    const node = graph.lookup('', name);
    if (!chainContains(active, node)) throw genericError(`'${name}' is not in this backing file chain`);
    return node;
  }
  if (!args.has('top')) return active;
  const name = textOf(args, 'top');
  if (fileNameOf(active) === name) return active;
  const node = findBackingImage(active, name);
  if (node === undefined) throw genericError(`Top image file ${name} not found`);
  return node;
}

function chooseBase({ graph }: JobParts, args: QDict, top: BlockNode): BlockNode {
  if (args.has('base-node') && args.has('base')) {
    throw genericError("'base-node' and 'base' are mutually exclusive");
  }
  if (args.has('base-node')) {
    const name = textOf(args, 'base-node');
    const node = graph.lookup('', name);
    if (!chainContains(top, node)) throw genericError(`'${name}' is not in this backing file chain`);
    return node;
  }
  if (args.has('base')) {
    const name = textOf(args, 'base');
    const node = findBackingImage(top, name);
    if (node === undefined) throw genericError(`Can't find '${name}' in the backing chain`);
    return node;
  }
  return findBase(top) ?? top;
}

interface CommitRequest {
  readonly args: QDict;
  readonly options: ReturnType<typeof commonOptions>;
  readonly active: BlockNode;
  readonly top: BlockNode;
  readonly base: BlockNode;
  readonly overlay: BlockNode | undefined;
  readonly onError: OnError;
  readonly restore: () => void;
}

/** Makes the job of a commit below the active layer: `created` (`commit_start`). */
function createCommit(parts: JobParts, request: CommitRequest): BlockJob {
  const { args, options, top, base } = request;
  const { graph, jobs } = parts;
  const filter = insertFilter(graph, {
    driver: 'commit_top',
    name: args.get('filter-node-name') as string | undefined,
    above: top,
    child: 'backing',
    implicit: !args.has('filter-node-name'),
    readOnly: true,
    behaviour: { childPermissions: () => ({ permissions: 0, shared: ALL_PERMISSIONS }) },
  });
  const nodes = new JobNodes(graph, 'commit', options.id);
  const driver = new Commit(parts, { ...request, filter, nodes });
  let job: BlockJob | undefined;
  try {
    job = jobs.createBlockJob({ driver, ...options, nodes });
    nodes.add('main node', filter, 0);
    for (let node: BlockNode | undefined = top; node !== undefined && node !== base; node = node.below) {
      nodes.add('intermediate node', node, node === top ? 0 : WRITE_UNCHANGED);
    }
    nodes.add(
      'base',
      base,
      CONSISTENT_READ | WRITE | (base.size < top.size ? RESIZE : 0),
      CONSISTENT_READ | WRITE_UNCHANGED,
    );
  } catch (error) {
    if (!(error instanceof QmpCommandError)) throw error;
    if (job !== undefined) job.failEarly();
    else driver.clean();
    throw error;
  }
  return job;
}

/** A job that puts what some images of a chain have into one behind them (`block/commit.c`). */
class Commit implements JobDriver {
  readonly type = 'commit';
  readonly #parts: JobParts;
  readonly #given: CommitRequest & { readonly filter: BlockNode; readonly nodes: JobNodes };
  #ended = false;

  constructor(
    parts: JobParts,
    given: CommitRequest & { readonly filter: BlockNode; readonly nodes: JobNodes },
  ) {
    this.#parts = parts;
    this.#given = given;
  }

  *run(job: BlockJob): JobRoutine {
    const { top, base, onError } = this.#given;
    const { progress } = job;
    progress.total = top.size;
    if (usesFile(top) || usesFile(base)) yield 'later';
    if (base.size < top.size) base.resize(top.size);
    for (const extent of guestExtents(top, 0, top.size, base)) {
      const end = extent.offset + extent.length;
      for (let offset = extent.offset; offset < end;) {
        const length = yield* job.mayCopy(extent.allocated ? Math.min(CHUNK, end - offset) : end - offset);
        if (length === 0) return;
        if (!extent.allocated && !job.control.failing) {
          offset += length;
          progress.current += length;
          continue;
        }
        const done = attempt(job, { source: onError, target: onError }, () => {
          if (extent.zero) base.zero(offset, length);
          else base.write(offset, top.read(offset, length));
        });
        if (!done) continue;
        offset += length;
        progress.current += length;
        job.copied(length);
      }
    }
  }

  /** Takes the images out of the chain that are now in the base (`bdrv_drop_intermediate`). */
  prepare(): void {
    const { graph } = this.#parts;
    const { args, top, base, overlay } = this.#given;
    this.#giveBack();
    if (overlay === undefined) {
      graph.replace(top, base);
      return;
    }
    graph.setBacking(overlay, base);
    const name = args.has('backing-file') ? textOf(args, 'backing-file') : fileNameOf(base);
    changeBackingFile(graph, overlay, name, base.driver);
  }

  abort(): void {
    this.#giveBack();
  }

  clean(): void {
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { graph } = this.#parts;
    const { filter, nodes, restore, base } = this.#given;
    graph.hold(base);
    nodes.removeAll();
    removeFilter(graph, filter);
    restore();
    graph.release(base);
  }
}
