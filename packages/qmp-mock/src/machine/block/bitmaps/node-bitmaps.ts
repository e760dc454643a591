import { Qcow2Image } from '../image/qcow2/qcow2-image.ts';
import type { BlockNode, NodeBitmaps } from '../graph/node.ts';
import { NodeBitmap, type NodeBitmapOptions } from './node-bitmap.ts';

/** Granularity in bytes of the bitmaps of a node without clusters. */
const DEFAULT_GRANULARITY = 65_536;
const LEAST_DEFAULT = 4096;

/** Gives the dirty bitmaps of a node. Those that its image keeps are read when somebody asks first. */
export function bitmapsOf(node: BlockNode): NodeBitmapList {
  if (node.bitmaps instanceof NodeBitmapList) return node.bitmaps;
  const list = new NodeBitmapList(node);
  node.bitmaps = list;
  return list;
}

/** Granularity that a bitmap of a node has if none is given (`bdrv_get_default_bitmap_granularity`). */
export function defaultGranularity(node: BlockNode): number {
  const cluster = node.behaviour.imageInfo?.()['cluster-size'];
  if (typeof cluster !== 'number' || cluster === 0) return DEFAULT_GRANULARITY;
  return Math.min(DEFAULT_GRANULARITY, Math.max(LEAST_DEFAULT, cluster));
}

/** The dirty bitmaps of a node. */
export class NodeBitmapList implements NodeBitmaps {
  readonly #node: BlockNode;
  /** Newest first. */
  readonly #bitmaps: NodeBitmap[] = [];
  #stopListening: (() => void) | undefined;

  constructor(node: BlockNode) {
    this.#node = node;
    const { image } = node;
    if (!(image instanceof Qcow2Image)) return;
    for (const { name, granularity, enabled, inUse, bits } of image.bitmaps.list()) {
      const bitmap = new NodeBitmap({
        name,
        granularity,
        size: node.size,
        recording: enabled,
        persistent: true,
        inconsistent: inUse,
        readOnly: node.readOnly,
      });
      bitmap.bits.set(bits.subarray(0, bitmap.bits.length));
      this.add(bitmap);
    }
  }

  /** All bitmaps, newest first. */
  list(): readonly NodeBitmap[] {
    return this.#bitmaps;
  }

  find(name: string): NodeBitmap | undefined {
    return this.#bitmaps.find((bitmap) => bitmap.name === name);
  }

  /** Makes a bitmap. */
  create(options: Omit<NodeBitmapOptions, 'size' | 'granularity'> & { granularity?: number }): NodeBitmap {
    const { granularity = defaultGranularity(this.#node) } = options;
    return this.add(new NodeBitmap({ ...options, granularity, size: this.#node.size }));
  }

  add(bitmap: NodeBitmap): NodeBitmap {
    this.#bitmaps.unshift(bitmap);
    this.#stopListening ??= this.#node.onWrite((offset, length) => {
      for (const each of this.#bitmaps) if (each.recording) each.set(offset, length);
    });
    return bitmap;
  }

  remove(bitmap: NodeBitmap): void {
    const at = this.#bitmaps.indexOf(bitmap);
    if (at >= 0) this.#bitmaps.splice(at, 1);
    this.#forget(bitmap);
    if (this.#bitmaps.length > 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  /** The node has another size. */
  resized(): void {
    for (const bitmap of this.#bitmaps) bitmap.resize(this.#node.size);
  }

  describe(): Record<string, unknown>[] | undefined {
    if (this.#bitmaps.length === 0) return undefined;
    return this.#bitmaps.map((bitmap) => bitmap.describe());
  }

  /** A bitmap that the image has already goes from there at once. */
  #forget({ name, persistent }: NodeBitmap): void {
    const { image, readOnly } = this.#node;
    if (!persistent || readOnly || !(image instanceof Qcow2Image)) return;
    if (!image.bitmaps.list().some((stored) => stored.name === name)) return;
    image.bitmaps.remove(name ?? '');
    image.bitmaps.save();
  }

  /** Bitmaps are in the image while it's read only; whoever can write it has them. */
  reopened(readOnly: boolean): void {
    const { image } = this.#node;
    if (!(image instanceof Qcow2Image)) return;
    if (readOnly) {
      this.closing();
      image.bitmaps.release();
    } else image.bitmaps.hold();
    for (const bitmap of this.#bitmaps) if (bitmap.persistent) bitmap.readOnly = readOnly;
  }

  /** The node closes: what is to be kept goes into its image. */
  closing(): void {
    const { image, readOnly } = this.#node;
    if (readOnly || !(image instanceof Qcow2Image)) return;
    const kept = this.#bitmaps.filter(({ name, persistent }) => persistent && name !== undefined);
    image.bitmaps.replace(
      kept.toReversed().map(({ name = '', granularity, recording, inconsistent, bits }) => ({
        name,
        granularity,
        enabled: recording,
        inUse: inconsistent,
        bits,
      })),
    );
  }
}
