import type { BlockNode } from '../../block/graph/node.ts';
import type { JobFailure } from '../engine/job-control.ts';
import type { BlockJob, OnError } from '../engine/block-job.ts';
import { JobFailure as Failure } from '../engine/job-control.ts';

/** A part of a disk as a guest sees it. */
export interface GuestExtent {
  readonly offset: number;
  readonly length: number;
  /** Whether a node of the chain has it, as data or as zeros. */
  readonly allocated: boolean;
  /** Whether it reads as zeros, as far as that's known. */
  readonly zero: boolean;
}

/**
 * Tells of a part of a disk where it comes from, looking at a node and all behind it, down to another.
 *
 * @param base - Node at which the look ends; what it has counts as not allocated.
 */
export function* guestExtents(
  node: BlockNode | undefined,
  offset: number,
  length: number,
  base?: BlockNode,
): Iterable<GuestExtent> {
  if (length <= 0) return;
  if (node === undefined || node === base) {
    yield { offset, length, allocated: false, zero: node === undefined };
    return;
  }
  if (node.isFilter) {
    yield* guestExtents(node.filtered, offset, length, base);
    return;
  }
  const known = Math.max(0, Math.min(length, node.size - offset));
  if (known > 0) {
    for (const extent of node.extents(offset, known)) {
      if (extent.kind === 'unallocated') {
        yield* guestExtents(node.backing, extent.offset, extent.length, base);
      } else {
        const forgotten = extent.kind === 'data' && isForgetful(node);
        yield {
          offset: extent.offset,
          length: extent.length,
          allocated: !forgotten,
          zero: extent.kind === 'zero',
        };
      }
    }
  }
  // Behind the end of a backing node there are zeros.
  if (known < length) {
    yield { offset: offset + known, length: length - known, allocated: true, zero: true };
  }
}

/** Whether a node's data is nothing: `null-co` without `read-zeroes` has no status of blocks. */
function isForgetful(node: BlockNode): boolean {
  const child = node.children.find(({ role }) => role === 'filtered' || role === 'data');
  return child === undefined ? node.driver.startsWith('null-') : isForgetful(child.node);
}

/** Copies a part of what a guest sees of a node: zeros as zeros. */
export function copyPart(source: BlockNode, target: BlockNode, offset: number, length: number): void {
  if (isForgetful(target)) return;
  for (const part of guestExtents(source, offset, length)) {
    if (part.zero) target.zero(part.offset, part.length);
    else target.write(part.offset, source.read(part.offset, part.length));
  }
}

/** Whether something that a job did is done, or is to be tried again; throws if the job is to end. */
export function attempt(
  job: BlockJob,
  onError: { readonly source: OnError; readonly target: OnError },
  run: () => void,
): boolean {
  try {
    job.control.assertWorks();
    run();
    return true;
  } catch (error) {
    const failure: JobFailure | undefined = error instanceof Failure ? error : undefined;
    if (failure === undefined) throw error;
    if (job.failed(failure, failure.operation === 'read' ? onError.source : onError.target)) return false;
    throw failure;
  }
}
