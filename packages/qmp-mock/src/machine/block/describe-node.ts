import type { MachineRules } from '../machine-rules.ts';

/** How versions show a node. */
export type NodeShapeRules = Pick<MachineRules, 'blockNodeActive' | 'blockNodeLimits' | 'blockNodeChildren'>;

/** A block node, as far as it is shown. */
export interface NodeShape {
  readonly name: string;
  readonly driver: string;
  /** Its size in bytes. */
  readonly size: unknown;
  readonly readOnly: boolean;
  readonly active: boolean;
  readonly filename: string;
  readonly detectZeroes: unknown;
  readonly cache: { readonly direct: unknown; readonly noFlush: unknown };
  /** The nodes below it, by role (`file`). */
  readonly children: readonly { readonly child: string; readonly name: string }[];
  /** Smallest alignment of memory, in bytes. */
  readonly memoryAlignment: number;
  /** Name of the backing node's file. */
  readonly backingFile?: string | undefined;
  /** Further members of `image`. */
  readonly image?: Readonly<Record<string, unknown>> | undefined;
  readonly bitmaps?: readonly object[] | undefined;
  /** Further limits of the image. */
  readonly limits?: Readonly<Record<string, unknown>> | undefined;
  /** Members that differ from those of a node without users: limits of requests, `backing_file_depth`. */
  readonly more?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A node as `query-named-block-nodes` and `query-block` show it (`bdrv_block_device_info` in `block/qapi.c`).
 */
export function describeNode(node: NodeShape, rules: NodeShapeRules): Record<string, unknown> {
  return {
    ...(node.backingFile !== undefined && { backing_file: node.backingFile }),
    iops_rd: 0,
    detect_zeroes: node.detectZeroes,
    ...(rules.blockNodeActive && { active: node.active }),
    image: {
      ...(rules.blockNodeLimits && {
        limits: {
          'request-alignment': 1,
          'min-mem-alignment': node.memoryAlignment,
          'opt-mem-alignment': 4096,
          'max-iov': 1024,
          ...node.limits,
        },
      }),
      'virtual-size': node.size,
      filename: node.filename,
      format: node.driver,
      'actual-size': 0,
      ...node.image,
    },
    iops_wr: 0,
    ro: node.readOnly,
    ...(rules.blockNodeChildren && {
      children: node.children.map(({ child, name }) => ({ 'node-name': name, child })),
    }),
    ...(node.bitmaps !== undefined && { 'dirty-bitmaps': node.bitmaps }),
    'node-name': node.name,
    backing_file_depth: 0,
    drv: node.driver,
    iops: 0,
    bps_wr: 0,
    ...(node.more?.['backing_file'] !== undefined && { backing_file: node.more['backing_file'] }),
    write_threshold: 0,
    encrypted: false,
    bps: 0,
    bps_rd: 0,
    cache: { 'no-flush': node.cache.noFlush, direct: node.cache.direct, writeback: true },
    file: node.filename,
    ...node.more,
  };
}
