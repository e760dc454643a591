import { QmpCommandError } from 'qmp-core/errors';
import { NotModelledError } from '../../../engine/not-modelled.ts';
import type { BlockGraph } from '../graph/block-graph.ts';
import type { BlockNode } from '../graph/node.ts';
import { ALL_PERMISSIONS, CONSISTENT_READ, RESIZE, WRITE } from '../graph/permission.ts';
import { setReadOnly } from '../graph/reopen.ts';
import { ImageError } from '../image/byte-file.ts';
import { Qcow2Image } from '../image/qcow2/qcow2-image.ts';

/** Bytes that are copied at once. */
const CHUNK = 2 << 20;

/** Reason why nothing was committed: what QEMU says first, if it does, and the error. */
export interface CommitFault {
  readonly said?: string | undefined;
  readonly error: string;
}

/**
 * Copies what a node has itself into the one behind it, and empties it, without a job (`bdrv_commit`).
 *
 * @returns `undefined` if that was done.
 */
export function commitAtOnce(graph: BlockGraph, top: BlockNode): CommitFault | undefined {
  const { backing: base } = top;
  if (base === undefined) return { error: 'Operation not supported' };
  try {
    top.checkBlocked('commit-source');
    base.checkBlocked('commit-target');
  } catch (error) {
    saidBy(error);
    return { error: 'Device or resource busy' };
  }
  const wasReadOnly = base.readOnly;
  try {
    if (wasReadOnly) setReadOnly(graph, base, false);
  } catch (error) {
    saidBy(error);
    return { error: 'Permission denied' };
  }
  try {
    return copyDown(graph, top, base);
  } finally {
    if (wasReadOnly) setReadOnly(graph, base, true);
  }
}

function copyDown(graph: BlockGraph, top: BlockNode, base: BlockNode): CommitFault | undefined {
  const user = { describe: () => 'block device ', staysAtNode: true };
  const request = { name: 'root', role: 'other', shared: ALL_PERMISSIONS } as const;
  let edges: readonly ReturnType<BlockGraph['attach']>[] = [];
  try {
    edges = [graph.attach(user, top, { ...request, permissions: CONSISTENT_READ | WRITE })];
    edges = [...edges, graph.attach(user, base, { ...request, permissions: WRITE | RESIZE })];
    if (top.size > base.size) base.resize(top.size);
    for (const { offset, length, kind } of [...top.extents(0, top.size)]) {
      if (kind === 'unallocated') continue;
      for (let at = offset; at < offset + length; at += CHUNK) {
        base.write(at, top.read(at, Math.min(CHUNK, offset + length - at)));
      }
    }
    if (top.image instanceof Qcow2Image) top.image.clear();
    return undefined;
  } catch (error) {
    return { said: saidBy(error), error: 'Operation not permitted' };
  } finally {
    for (const edge of edges) graph.detach(edge);
  }
}

/** QEMU's words of a refusal; throws any other error on. */
function saidBy(error: unknown): string {
  if (error instanceof ImageError) return error.message;
  if (error instanceof QmpCommandError && !(error instanceof NotModelledError)) return error.desc;
  throw error;
}
