import { NodeBitmap } from '../../block/bitmaps/node-bitmap.ts';
import { bitmapsOf } from '../../block/bitmaps/node-bitmaps.ts';
import type { BlockNode } from '../../block/graph/node.ts';

/**
 * The bitmap of a backup: while the job has it, another takes note of writes
 * (`bdrv_dirty_bitmap_create_successor`).
 */
export class SyncBitmap {
  readonly #node: BlockNode;
  readonly #bitmap: NodeBitmap;
  readonly #mode: string;
  readonly #successor: NodeBitmap;
  readonly #recorded: boolean;

  /** @param mode - Fate of the bitmap: `never`, `on-success`, `always`. */
  constructor(node: BlockNode, bitmap: NodeBitmap, mode: string) {
    this.#node = node;
    this.#bitmap = bitmap;
    this.#mode = mode;
    this.#recorded = bitmap.recording;
    this.#successor = bitmapsOf(node).create({
      granularity: bitmap.granularity,
      recording: bitmap.recording,
    });
    bitmap.busy = true;
    bitmap.recording = false;
  }

  /** The job has copied everything. */
  succeeded(): void {
    this.#end(this.#mode !== 'never', undefined);
  }

  /**
   * The job has not copied everything.
   *
   * @param left - Parts that it hasn't copied; `undefined` if it has not begun.
   */
  failed(left: NodeBitmap | undefined): void {
    this.#end(this.#mode === 'always' && left !== undefined, left);
  }

  /** The bitmap gets the writes since the job began; what was copied is taken out of it, or stays. */
  #end(clears: boolean, left: NodeBitmap | undefined): void {
    const bitmap = this.#bitmap;
    if (clears) bitmap.clear();
    if (clears && left !== undefined) bitmap.merge(left);
    bitmap.merge(this.#successor);
    bitmap.busy = false;
    bitmap.recording = this.#recorded;
    bitmapsOf(this.#node).remove(this.#successor);
  }
}
