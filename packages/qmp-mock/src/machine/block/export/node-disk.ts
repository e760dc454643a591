import type { BlockNode } from '../graph/node.ts';
import { type ChainExtent, walkChain } from '../image/chain.ts';
import type { Image } from '../image/image.ts';
import type { NbdDisk, StatusExtent } from '../nbd/export.ts';
import { STATE } from '../nbd/protocol.ts';

/** An image whose parts can be forgotten: a node. */
export type DiscardableImage = Image & Pick<BlockNode, 'discard'>;

/** The contents of a node and of what stands behind it, as an export shows them. */
export class NodeDisk implements NbdDisk {
  readonly #edge: { readonly node: DiscardableImage };

  /** @param edge - Use of the node: another may take the node's place. */
  constructor(edge: { readonly node: DiscardableImage }) {
    this.#edge = edge;
  }

  get #node(): DiscardableImage {
    return this.#edge.node;
  }

  get size(): number {
    return this.#node.size;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#node.read(offset, length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#node.write(offset, bytes);
  }

  zero(offset: number, length: number, options: { readonly unmap: boolean }): void {
    this.#node.zero(offset, length, options);
  }

  discard(offset: number, length: number): void {
    this.#node.discard(offset, length);
  }

  *allocation(offset: number, length: number): Iterable<StatusExtent> {
    for (const extent of walkChain(this.#node, { offset, length })) {
      yield { length: extent.length, flags: stateOf(extent) };
    }
  }

  *depth(offset: number, length: number): Iterable<StatusExtent> {
    for (const extent of walkChain(this.#node, { offset, length })) {
      yield { length: extent.length, flags: depthOf(extent) };
    }
  }
}

/** Parts behind the end of a shorter backing file count as that file's (`bdrv_is_allocated_above`). */
function depthOf({ kind, image, depth }: ChainExtent): number {
  if (kind !== 'unallocated') return depth + 1;
  return image.backing === undefined ? 0 : depth + 2;
}

/** A null device has neither data nor, unless it's told to, zeros (`null_co_block_status`). */
function stateOf({ kind, image }: ChainExtent): number {
  if (kind !== 'data') return STATE.hole + STATE.zero;
  return isNull(image) ? STATE.hole : 0;
}

function isNull(image: Image): boolean {
  if (image.format.startsWith('null-')) return true;
  const below = (image as Partial<BlockNode>).children?.[0]?.node;
  return below !== undefined && (image as BlockNode).children.length === 1 && isNull(below);
}
