import type { QDict } from '../../../engine/json/value.ts';
import { notModelled } from '../../../engine/not-modelled.ts';
import { QmpCommandError } from 'qmp-core/errors';
import { genericError } from '../../command.ts';
import { bitmapsOf } from '../../block/bitmaps/node-bitmaps.ts';
import { NodeBitmap } from '../../block/bitmaps/node-bitmap.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import { CONSISTENT_READ, RESIZE, WRITE } from '../../block/graph/permission.ts';
import { defaultPermissions } from '../../block/graph/permissions-of-children.ts';
import type { BlockJob, OnError } from '../engine/block-job.ts';
import type { JobDriver, JobRoutine, JobTransaction } from '../engine/job.ts';
import { attempt, copyPart, guestExtents } from './copy.ts';
import { insertFilter, removeFilter } from './filter.ts';
import { JobNodes } from './job-nodes.ts';
import { commonOptions, usesFile, type JobParts } from './parts.ts';
import { SyncBitmap } from './sync-bitmap.ts';

/** Bytes that a backup copies at once. */
const CHUNK = 1 << 20;
/** Least size of a cluster in bytes: of parts that are copied as a whole. */
const CLUSTER = 65_536;

/** A job that copies a disk as it is at its start (`block/backup.c`). */
class Backup implements JobDriver {
  readonly type = 'backup';
  readonly #parts: JobParts;
  readonly #source: BlockNode;
  readonly #target: BlockNode;
  readonly #filter: BlockNode;
  readonly #nodes: JobNodes;
  /** Parts that are still to be copied. */
  readonly #todo: NodeBitmap;
  readonly #bitmap: SyncBitmap | undefined;
  readonly #onlyWrites: boolean;
  readonly #onError: { readonly source: OnError; readonly target: OnError };
  #unlisten: (() => void) | undefined;
  #job: BlockJob | undefined;

  constructor(
    parts: JobParts,
    given: {
      source: BlockNode;
      target: BlockNode;
      filter: BlockNode;
      nodes: JobNodes;
      todo: NodeBitmap;
      bitmap: SyncBitmap | undefined;
      onlyWrites: boolean;
      onError: { readonly source: OnError; readonly target: OnError };
    },
  ) {
    this.#parts = parts;
    this.#source = given.source;
    this.#target = given.target;
    this.#filter = given.filter;
    this.#nodes = given.nodes;
    this.#todo = given.todo;
    this.#bitmap = given.bitmap;
    this.#onlyWrites = given.onlyWrites;
    this.#onError = given.onError;
    // What a guest is about to write is copied before.
    this.#unlisten = this.#source.beforeWrite((offset, length) => {
      const first = offset - (offset % CLUSTER);
      const end = Math.min(this.#source.size, Math.ceil((offset + length) / CLUSTER) * CLUSTER);
      for (let run = this.#todo.next(first); run !== undefined && run.offset < end;) {
        this.#copy(run.offset, Math.min(run.length, end - run.offset));
        run = this.#todo.next(first);
      }
    });
  }

  begin(job: BlockJob): void {
    this.#job = job;
    job.progress.total = this.#onlyWrites ? this.#source.size : Math.min(this.#todo.count, this.#source.size);
  }

  *run(job: BlockJob): JobRoutine {
    if (usesFile(this.#source) || usesFile(this.#target)) yield 'later';
    while (this.#onlyWrites && !job.isCancelled) yield* job.sleep();
    for (;;) {
      const run = this.#todo.next(0, CHUNK);
      if (run === undefined || this.#onlyWrites) return;
      const length = yield* job.mayCopy(run.length);
      if (length === 0) return;
      // A guest may have written there meanwhile, or a bitmap's granule is the least that is copied.
      const part = this.#todo.next(run.offset, Math.ceil(length / CLUSTER) * CLUSTER);
      if (part === undefined) continue;
      if (!attempt(job, this.#onError, () => this.#copy(part.offset, part.length))) continue;
      job.copied(part.length);
    }
  }

  cancel(): boolean {
    return true;
  }

  commit(): void {
    this.#bitmap?.succeeded();
  }

  abort(): void {
    this.#bitmap?.failed(this.#todo);
  }

  clean(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    bitmapsOf(this.#source).remove(this.#todo);
    this.#nodes.removeAll();
    removeFilter(this.#parts.graph, this.#filter);
    this.#parts.graph.release(this.#target);
  }

  #copy(offset: number, length: number): void {
    copyPart(this.#source, this.#target, offset, length);
    this.#todo.reset(offset, length);
    if (this.#job !== undefined) this.#job.progress.current += length;
  }
}

/** Options of a backup, as its command gives them. */
export interface BackupRequest {
  readonly args: QDict;
  readonly source: BlockNode;
  /** Node that is copied to; the job holds it from now on. */
  readonly target: BlockNode;
  readonly sync: string;
  readonly transaction: JobTransaction | undefined;
}

/** Makes the job of a backup: `created` (`do_backup_common`). Throws QEMU's refusal. */
export function createBackup(parts: JobParts, request: BackupRequest): BlockJob {
  const { args, source, target } = request;
  const { graph, jobs } = parts;
  const { bitmap, mode, sync } = chooseBitmap(request);
  if (source === target) throw genericError('Source and target cannot be the same');
  if (args.get('compress') === true) {
    if (target.driver !== 'qcow2') {
      throw genericError(`Compression is not supported for this drive ${deviceName(target)}`);
    }
    notModelled('a backup that compresses');
  }
  source.checkBlocked('backup-source');
  target.checkBlocked('backup-target');
  checkPerformance(args);
  bitmap?.check('busy', 'inconsistent', ...(mode === 'never' ? [] : (['read-only'] as const)));
  if (source.size !== target.size) throw genericError('Source and target image have different sizes');

  const filter = insertCopyBeforeWrite(parts, request);
  const options = commonOptions(args, filter);
  const nodes = new JobNodes(graph, 'backup', options.id);
  const todo = todoOf(source, sync, bitmap);
  const syncBitmap = bitmap === undefined ? undefined : new SyncBitmap(source, bitmap, mode);
  graph.hold(target);
  const onError = {
    source: (args.get('on-source-error') ?? 'report') as OnError,
    target: (args.get('on-target-error') ?? 'report') as OnError,
  };
  const onlyWrites = sync === 'none';
  const given = { source, target, filter, nodes, todo, bitmap: syncBitmap, onlyWrites, onError };
  const driver = new Backup(parts, given);
  bitmapsOf(source).add(todo);
  try {
    const job = jobs.createBlockJob({
      driver,
      ...options,
      transaction: request.transaction,
      nodes,
    });
    driver.begin(job);
    nodes.add('main node', filter, 0);
    nodes.add('target', target, 0);
    return job;
  } catch (error) {
    if (!(error instanceof QmpCommandError)) throw error;
    syncBitmap?.failed(undefined);
    driver.clean();
    throw error;
  }
}

/** The bitmap of a backup, what becomes of it, and what the backup copies (blockdev.c). */
function chooseBitmap({ args, source, sync: given }: BackupRequest): {
  readonly bitmap: NodeBitmap | undefined;
  readonly mode: string;
  readonly sync: string;
} {
  const name = args.get('bitmap') as string | undefined;
  let mode = args.get('bitmap-mode') as string | undefined;
  let sync = given;
  if ((sync === 'bitmap' || sync === 'incremental') && name === undefined) {
    throw genericError(`must provide a valid bitmap name for '${sync}' sync mode`);
  }
  if (sync === 'incremental') {
    if (mode !== undefined && mode !== 'on-success') {
      throw genericError("Bitmap sync mode must be 'on-success' when using sync mode 'incremental'");
    }
    sync = 'bitmap';
    mode = 'on-success';
  }
  if (name === undefined) {
    if (mode !== undefined) throw genericError('Cannot specify bitmap sync mode without a bitmap');
    return { bitmap: undefined, mode: 'never', sync };
  }
  const bitmap = bitmapsOf(source).find(name);
  if (bitmap === undefined) throw genericError(`Bitmap '${name}' could not be found`);
  if (mode === undefined) throw genericError('Bitmap sync mode must be given when providing a bitmap');
  bitmap.check('busy', 'inconsistent');
  if (sync === 'none') {
    throw genericError(`sync mode '${sync}' does not produce meaningful bitmap outputs`);
  }
  if (mode === 'never' && sync !== 'bitmap') {
    throw genericError(
      `Bitmap sync mode '${mode}' has no meaningful effect when combined with sync mode '${sync}'`,
    );
  }
  return { bitmap, mode, sync };
}

function checkPerformance(args: QDict): void {
  const given = args.get('x-perf') as QDict | undefined;
  if (given === undefined) return;
  const workers = given.get('max-workers');
  if (workers !== undefined && (Number(workers) < 1 || Number(workers) > 2_147_483_647)) {
    throw genericError('max-workers must be between 1 and 2147483647');
  }
  if (given.has('max-chunk')) notModelled('x-perf.max-chunk of a backup');
}

function deviceName(node: BlockNode): string {
  const name = node.deviceOrNodeName;
  return name === node.name ? '' : name;
}

/** Parts that a backup copies: all, those that the top image has, or those of its bitmap. */
function todoOf(source: BlockNode, sync: string, bitmap: NodeBitmap | undefined): NodeBitmap {
  const todo = new NodeBitmap({ granularity: CLUSTER, size: source.size, recording: false });
  if (sync === 'bitmap' && bitmap !== undefined) todo.merge(bitmap);
  else if (sync === 'top') {
    for (const part of guestExtents(source, 0, source.size, source.skippingFilters.backing)) {
      if (part.allocated) todo.set(part.offset, part.length);
    }
  } else todo.setAll();
  return todo;
}

/** Puts the filter in that copies what is about to be written (`block/copy-before-write.c`). */
function insertCopyBeforeWrite({ graph }: JobParts, { args, source, target }: BackupRequest): BlockNode {
  const name = args.get('filter-node-name') as string | undefined;
  let filter: BlockNode;
  try {
    filter = insertFilter(graph, {
      driver: 'copy-before-write',
      name,
      above: source,
      child: 'file',
      implicit: false,
      readOnly: false,
      other: { name: 'target', node: target },
      behaviour: {
        childPermissions(edge, needs, node) {
          if (edge.name === 'target') return { permissions: WRITE, shared: CONSISTENT_READ };
          const { permissions, shared } = defaultPermissions(edge, needs, node);
          return {
            permissions: (needs.permissions & WRITE) === 0 ? permissions : permissions | CONSISTENT_READ,
            shared: node.parents.length === 0 ? shared : shared & ~(WRITE | RESIZE),
          };
        },
      },
    });
  } catch (error) {
    throw prefixed(error, name !== undefined && graph.find(name) !== undefined ? 'create' : 'replace');
  }
  bitmapsOf(filter).create({ granularity: CLUSTER, recording: false });
  bitmapsOf(filter).create({ granularity: CLUSTER, recording: false }).setAll();
  return filter;
}

function prefixed(error: unknown, what: 'create' | 'replace'): unknown {
  if (!(error instanceof QmpCommandError) || error.constructor !== QmpCommandError) return error;
  return genericError(`Could not ${what} node: ${error.desc}`);
}
