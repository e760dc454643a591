import type { QDict } from '../../../engine/json/value.ts';
import { QmpCommandError } from 'qmp-core/errors';
import { genericError, textOf } from '../../command.ts';
import { changeBackingFile } from '../../block/graph/reopen.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import { ALL_PERMISSIONS, CONSISTENT_READ, WRITE_UNCHANGED } from '../../block/graph/permission.ts';
import { JobFailure } from '../engine/job-control.ts';
import type { BlockJob, OnError } from '../engine/block-job.ts';
import type { JobDriver, JobRoutine } from '../engine/job.ts';
import { chainContains, fileNameOf, findBackingImage } from './chain.ts';
import { guestExtents } from './copy.ts';
import { insertFilter, removeFilter } from './filter.ts';
import { JobNodes } from './job-nodes.ts';
import { commonOptions, usesFile, type JobParts } from './parts.ts';

/** Bytes that are looked at at once. */
const CHUNK = 512 << 10;

interface StreamRequest {
  readonly top: BlockNode;
  /** Node that stays behind the top; `undefined` if none does. */
  readonly base: BlockNode | undefined;
  /** Name of that node's file for the header of the top. */
  readonly backingName: string | undefined;
  readonly onError: OnError;
  readonly filter: BlockNode;
  readonly nodes: JobNodes;
}

/** `block-stream` (blockdev.c). Throws QEMU's refusal. */
export function startStream(parts: JobParts, args: QDict): void {
  const { graph, jobs } = parts;
  const device = textOf(args, 'device');
  if (args.has('base') && args.has('base-node')) {
    throw genericError("'base' and 'base-node' cannot be specified at the same time");
  }
  if (args.has('base') && args.has('bottom')) {
    throw genericError("'base' and 'bottom' cannot be specified at the same time");
  }
  if (args.has('bottom') && args.has('base-node')) {
    throw genericError("'bottom' and 'base-node' cannot be specified at the same time");
  }
  const node = graph.lookup(device, device);
  const base = chooseBase(parts, args, device, node);
  for (let each: BlockNode | undefined = node; each !== undefined && each !== base; each = each.below) {
    each.checkBlocked('stream');
  }
  if (base === undefined && args.has('backing-file')) {
    throw genericError('backing file specified, but streaming the entire chain');
  }
  const options = commonOptions(args, node);
  const top = node.skippingFilters;
  const filter = insertFilter(graph, {
    driver: 'copy-on-read',
    name: args.get('filter-node-name') as string | undefined,
    above: top,
    child: 'file',
    implicit: !args.has('filter-node-name'),
    behaviour: {
      childPermissions: (_edge, { permissions, shared }) => ({
        permissions: permissions | WRITE_UNCHANGED,
        shared,
      }),
    },
  });
  const nodes = new JobNodes(graph, 'stream', options.id);
  const onError = (args.get('on-error') ?? 'report') as OnError;
  const named = args.has('backing-file')
    ? textOf(args, 'backing-file')
    : base === undefined
      ? undefined
      : fileNameOf(base);
  const driver = new Stream(parts, { top, base, backingName: named, onError, filter, nodes });
  let job: BlockJob | undefined;
  try {
    job = jobs.createBlockJob({ driver, ...options, nodes });
    nodes.add('main node', filter, CONSISTENT_READ, ALL_PERMISSIONS);
    nodes.add('active node', top, 0, ALL_PERMISSIONS);
    for (let each = top.below; each !== undefined && each !== base; each = each.below) {
      nodes.add('intermediate node', each, 0, CONSISTENT_READ | WRITE_UNCHANGED);
    }
  } catch (error) {
    if (!(error instanceof QmpCommandError)) throw error;
    if (job === undefined) driver.clean();
    else job.failEarly();
    throw error;
  }
  job.start();
}

function chooseBase(parts: JobParts, args: QDict, device: string, top: BlockNode): BlockNode | undefined {
  const { graph } = parts;
  if (args.has('base')) {
    const name = textOf(args, 'base');
    const base = findBackingImage(top, name);
    if (base === undefined) throw genericError(`Can't find '${name}' in the backing chain`);
    return base;
  }
  if (args.has('base-node')) {
    const name = textOf(args, 'base-node');
    const base = graph.lookup('', name);
    if (base === top || !chainContains(top, base)) {
      throw genericError(`Node '${name}' is not a backing image of '${device}'`);
    }
    return base;
  }
  if (!args.has('bottom')) return undefined;
  const name = textOf(args, 'bottom');
  const bottom = graph.lookup('', name);
  if (bottom.isFilter) {
    throw genericError(`Node '${name}' is a filter, use a non-filter node as 'bottom'`);
  }
  if (!chainContains(top, bottom)) {
    throw genericError(`Node '${name}' is not in a chain starting from '${device}'`);
  }
  return bottom.backing;
}

/** A job that puts what images behind a disk have into it (`block/stream.c`). */
class Stream implements JobDriver {
  readonly type = 'stream';
  readonly #parts: JobParts;
  readonly #given: StreamRequest;
  #ended = false;

  constructor(parts: JobParts, given: StreamRequest) {
    this.#parts = parts;
    this.#given = given;
  }

  *run(job: BlockJob): JobRoutine {
    const { top, base, onError } = this.#given;
    if (top.backing === undefined || top.backing === base) return;
    const { progress } = job;
    progress.total = top.size;
    if (usesFile(top)) yield 'later';
    let failure: JobFailure | undefined;
    for (const extent of guestExtents(top.backing, 0, top.size, base)) {
      const end = extent.offset + extent.length;
      for (let offset = extent.offset; offset < end;) {
        const length = yield* job.mayCopy(extent.allocated ? Math.min(CHUNK, end - offset) : end - offset);
        if (length === 0) return;
        if (!extent.allocated && !job.control.failing) {
          offset += length;
          progress.current += length;
          continue;
        }
        try {
          job.control.assertWorks();
          this.#copy(offset, length, extent.zero);
          job.copied(length);
        } catch (error) {
          if (!(error instanceof JobFailure)) throw error;
          if (!job.failed(error, onError)) throw error;
          if (job.userPaused) continue;
          // What is ignored is told at the end.
          failure ??= error;
        }
        offset += length;
        progress.current += length;
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** Copies what the top doesn't have itself. */
  #copy(offset: number, length: number, zero: boolean): void {
    const { top } = this.#given;
    for (const own of top.extents(offset, length)) {
      if (own.kind !== 'unallocated') continue;
      if (zero) top.zero(own.offset, own.length);
      else top.write(own.offset, top.read(own.offset, own.length));
    }
  }

  prepare(): void {
    const { graph } = this.#parts;
    const { top, base, backingName } = this.#given;
    this.#giveBack();
    if (top.backing === undefined) return;
    graph.setBacking(top, base);
    changeBackingFile(graph, top, backingName ?? '', base?.driver);
  }

  clean(): void {
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { graph } = this.#parts;
    const { filter, nodes, top } = this.#given;
    graph.hold(top);
    nodes.removeAll();
    removeFilter(graph, filter);
    graph.release(top);
  }
}
