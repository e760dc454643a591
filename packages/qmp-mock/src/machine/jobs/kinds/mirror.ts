import type { QDict } from '../../../engine/json/value.ts';
import { QmpCommandError } from 'qmp-core/errors';
import { genericError } from '../../command.ts';
import { bitmapsOf, defaultGranularity } from '../../block/bitmaps/node-bitmaps.ts';
import { isZero } from '../../block/image/big-endian.ts';
import type { NodeBitmap } from '../../block/bitmaps/node-bitmap.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import {
  ALL_PERMISSIONS,
  CONSISTENT_READ,
  RESIZE,
  WRITE,
  WRITE_UNCHANGED,
} from '../../block/graph/permission.ts';
import { JobFailure } from '../engine/job-control.ts';
import type { BlockJob, OnError } from '../engine/block-job.ts';
import type { JobDriver, JobRoutine } from '../engine/job.ts';
import { attempt, copyPart, guestExtents } from './copy.ts';
import { insertFilter, removeFilter } from './filter.ts';
import { JobNodes } from './job-nodes.ts';
import { usesFile, type commonOptions, type JobParts } from './parts.ts';

/** Bytes that are under way at once. */
const CHUNK = 16 << 20;
/** Most bytes of data that are looked at for zeros. */
const PROBED = 65_536;
const LEAST_GRANULARITY = 512;
const MOST_GRANULARITY = 64 << 20;

/** Backing node that the target gets at the end. */
export type MirrorBacking = 'source' | 'own' | 'leave';

/** Options of a {@link createMirror}. */
export interface MirrorRequest {
  readonly type: 'mirror' | 'commit';
  readonly options: ReturnType<typeof commonOptions>;
  readonly source: BlockNode;
  /** Node that is copied to. For a commit it's behind the source. */
  readonly target: BlockNode;
  readonly sync: string;
  /** Node of the source's chain from which on nothing is copied. */
  readonly base: BlockNode | undefined;
  readonly backing: MirrorBacking;
  readonly granularity: number;
  readonly bufferSize: number;
  readonly filterName: string | undefined;
  /** Node that the target takes the place of. Default: the source. */
  readonly replaces: string | undefined;
  readonly onError: { readonly source: OnError; readonly target: OnError };
  /** Whether only what the source has itself is copied to a disk that is all zeros. */
  readonly skipsZeros: boolean;
  /** Whether writes go to both at once. */
  readonly active: boolean;
  /** Whether the version tells of that. */
  readonly tellsActive: boolean;
}

/** Checks the size of the parts that a mirror copies; throws QEMU's refusal. */
export function mirrorGranularity(args: QDict): number {
  const granularity = Number(args.get('granularity') ?? 0);
  if (granularity === 0) return 0;
  if (granularity < LEAST_GRANULARITY || granularity > MOST_GRANULARITY) {
    throw genericError("Parameter 'granularity' expects a value in range [512B, 64MB]");
  }
  if (!Number.isInteger(Math.log2(granularity))) {
    throw genericError("Parameter 'granularity' expects a power of 2");
  }
  return granularity;
}

/** Makes the job of a mirror or of a commit of the active layer: `created` (`mirror_start_job`). */
export function createMirror(parts: JobParts, request: MirrorRequest): BlockJob {
  const { source, target, options, type } = request;
  const { graph, jobs } = parts;
  if (request.bufferSize < 0) throw genericError("Invalid parameter 'buf-size'");
  if (source === target) throw genericError("Can't mirror node into itself");
  const granularity = request.granularity === 0 ? defaultGranularity(target) : request.granularity;
  const filter = insertFilter(graph, {
    driver: 'mirror_top',
    name: request.filterName,
    above: source,
    child: 'backing',
    implicit: request.filterName === undefined,
    behaviour: {
      childPermissions: (_edge, needs) => ({
        permissions: needs.permissions,
        shared: ALL_PERMISSIONS,
      }),
    },
  });
  const nodes = new JobNodes(graph, type, options.id);
  let driver: Mirror | undefined;
  try {
    driver = new Mirror(parts, { ...request, granularity, filter, nodes });
    const job = jobs.createBlockJob({ driver, ...options, nodes });
    try {
      nodes.add(
        'main node',
        filter,
        CONSISTENT_READ,
        CONSISTENT_READ | WRITE_UNCHANGED | WRITE | (type === 'commit' ? 0 : RESIZE),
      );
      nodes.add('source', source, 0, CONSISTENT_READ | WRITE_UNCHANGED | WRITE);
      driver.takeTarget();
    } catch (error) {
      job.failEarly();
      throw error;
    }
    graph.hold(target);
    graph.hold(source);
    return job;
  } catch (error) {
    if (!(error instanceof QmpCommandError)) throw error;
    nodes.removeAll();
    driver?.forget();
    removeFilter(graph, filter);
    throw error;
  }
}

/** A job that copies a disk, and then keeps the copy like the disk until somebody ends it. */
class Mirror implements JobDriver {
  readonly type: string;
  readonly #parts: JobParts;
  readonly #given: MirrorRequest & { granularity: number; filter: BlockNode; nodes: JobNodes };
  readonly #dirty: NodeBitmap;
  #shouldComplete = false;
  #replaced: BlockNode | undefined;
  #job: BlockJob | undefined;
  #copying = false;
  #synced = false;
  #unlisten: (() => void) | undefined;

  constructor(
    parts: JobParts,
    given: MirrorRequest & { granularity: number; filter: BlockNode; nodes: JobNodes },
  ) {
    this.type = given.type;
    this.#parts = parts;
    this.#given = given;
    this.#dirty = bitmapsOf(given.source).create({ granularity: given.granularity });
    this.#unlisten = given.source.onWrite(() => this.#written());
  }

  takeTarget(): void {
    const { target, type, nodes, source } = this.#given;
    if (type === 'mirror') {
      nodes.add('target', target, WRITE, CONSISTENT_READ | WRITE_UNCHANGED);
      return;
    }
    nodes.add(
      'target',
      target,
      WRITE | (target.size < source.size ? RESIZE : 0),
      CONSISTENT_READ | WRITE | WRITE_UNCHANGED,
    );
    for (let node = source.below; node !== undefined && node !== target; node = node.below) {
      nodes.add('intermediate node', node, 0, CONSISTENT_READ | WRITE_UNCHANGED | WRITE);
    }
  }

  /** Takes nothing note of any more. */
  forget(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    bitmapsOf(this.#given.source).remove(this.#dirty);
  }

  describe(): Record<string, unknown> {
    return this.#given.type === 'mirror' && this.#given.tellsActive
      ? { 'actively-synced': this.#synced && this.#given.active }
      : {};
  }

  *run(job: BlockJob): JobRoutine {
    this.#job = job;
    const { source, target, type } = this.#given;
    const isCommit = type === 'commit';
    if (isCommit && target.size < source.size) target.resize(source.size);
    if (!isCommit && target.size !== source.size) {
      yield 'later';
      throw new JobRefusal('Source and target image have different sizes');
    }
    this.#findDirty();
    job.progress.total = this.#dirty.count;
    const waits = usesFile(source) || usesFile(target);
    if (waits && this.#dirty.next() !== undefined) yield 'later';
    while (!job.isCancelled) {
      yield* this.#copyDirty(job);
      if (job.isCancelled) break;
      if (!this.#synced) {
        this.#synced = true;
        job.becomeReady();
      }
      if (this.#shouldComplete || job.isCancelRequested) {
        if (this.#dirty.next() === undefined) break;
        continue;
      }
      yield* job.sleep();
    }
    yield 'later';
  }

  *#copyDirty(job: BlockJob): JobRoutine {
    const { source, target, onError } = this.#given;
    for (;;) {
      job.progress.total = job.progress.current + this.#dirty.count;
      if (job.control.failing) yield* job.pausePoint();
      const run = this.#dirty.next(0, CHUNK);
      if (run === undefined && !job.control.failing) return;
      if (run === undefined) {
        if (!attempt(job, onError, () => {})) yield* job.pausePoint();
        if (job.isCancelled) return;
        continue;
      }
      const length = yield* job.mayCopy(run.length);
      if (length === 0) return;
      const { granularity } = this.#given;
      const part = this.#dirty.next(run.offset, Math.ceil(length / granularity) * granularity) ?? run;
      const done = attempt(job, onError, () => {
        this.#copying = true;
        copyPart(source, target, part.offset, part.length);
        this.#copying = false;
        this.#dirty.reset(part.offset, part.length);
        job.progress.current += part.length;
      });
      if (done) job.copied(part.length);
    }
  }

  /** Finds what is to be copied at first (`mirror_dirty_init`). */
  #findDirty(): void {
    const { source, target, sync, base, type } = this.#given;
    if (sync === 'none') return;
    const zeroed = type === 'mirror' && sync === 'full';
    const isNew = this.#given.skipsZeros && zeroed && isAllZeros(target);
    if (zeroed && !isNew && !canUnmap(target)) {
      this.#dirty.setAll();
      return;
    }
    if (zeroed && !isNew) target.zero(0, target.size, { unmap: true });
    for (const part of guestExtents(source, 0, source.size, base)) {
      if (part.allocated) this.#dirty.set(part.offset, part.length);
    }
  }

  /** A guest has written: that is copied as soon as the job comes to it. */
  #written(): void {
    const job = this.#job;
    if (job === undefined || this.#copying || !job.isReady || job.isPaused) return;
    this.#parts.jobs.loop.later(() => job.kick());
  }

  complete(job: BlockJob): void {
    const { replaces } = this.#given;
    if (replaces !== undefined) {
      this.#replaced = this.#parts.graph.find(replaces);
      if (this.#replaced === undefined) throw genericError(`Node name '${replaces}' not found`);
    }
    this.#shouldComplete = true;
    job.kick();
  }

  cancel(job: BlockJob, force: boolean): boolean {
    return force || !job.isReady;
  }

  prepare(): void {
    this.#end(this.#shouldComplete);
  }

  abort(): void {
    this.#end(false);
  }

  #ended = false;

  /** Ends it, with the target in the place of the source if the user wants that (`mirror_exit_common`). */
  #end(pivots: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    const { graph } = this.#parts;
    const { source, target, filter, nodes, backing, sync } = this.#given;
    this.forget();
    nodes.removeAll();
    try {
      if (pivots && backing === 'source') {
        graph.setBacking(target, sync === 'full' ? undefined : source.skippingFilters.backing);
      }
      if (pivots) graph.replace(this.#replaced ?? source, target);
    } finally {
      removeFilter(graph, filter);
      graph.release(source);
      graph.release(target);
    }
  }
}

/** A failure whose text QEMU's code gives. */
export class JobRefusal extends JobFailure {
  constructor(text: string) {
    super('EINVAL', 'read');
    this.message = text;
  }
}

function isAllZeros(node: BlockNode): boolean {
  if (!usesFile(node)) return false;
  for (const { offset, length, zero } of guestExtents(node, 0, node.size)) {
    // A new file has a first page.
    if (!zero && (length > PROBED || !isZero(node.read(offset, length)))) return false;
  }
  return true;
}

/** Whether zeros can be made by giving space back (`bdrv_can_write_zeroes_with_unmap`). */
function canUnmap(node: BlockNode): boolean {
  if (node.options.get('discard') !== 'unmap') return false;
  if (node.driver === 'qcow2') return true;
  const child = node.children.find(({ role }) => role === 'filtered' || role === 'data')?.node;
  return child === undefined ? node.driver === 'file' : canUnmap(child);
}
