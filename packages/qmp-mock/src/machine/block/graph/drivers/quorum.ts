import { notModelled } from '../../../../engine/not-modelled.ts';
import { genericError } from '../../../command.ts';
import type { Extent } from '../../image/image.ts';
import type { BlockNode, NodeDriver, OpenRequest } from '../node.ts';
import { CONSISTENT_READ, WRITE_UNCHANGED } from '../permission.ts';

/** Refuses a number of votes that can't be had (`quorum_valid_threshold` in `block/quorum.c`). */
export function checkVotes(threshold: number, children: number): void {
  if (children === 0) throw genericError('Number of provided children must be 1 or more');
  if (threshold < 1) throw genericError("Parameter 'vote-threshold' expects a value >= 1");
  if (threshold > children) throw genericError('threshold may not exceed children count');
}

/** `quorum`: several nodes with the same data. */
export function openQuorum({ options, node }: OpenRequest): NodeDriver {
  if (options.get('blkverify') === true || options.get('rewrite-corrupted') === true) {
    notModelled('a quorum that verifies or rewrites');
  }
  const all = (): readonly BlockNode[] => node.children.map((edge) => edge.node);
  const first = (): BlockNode => all()[0] ?? notModelled('a quorum without children');
  return {
    name: 'quorum',
    strongOptions: ['vote-threshold', 'blkverify', 'rewrite-corrupted', 'read-pattern'],
    isList: true,
    size: () => first().size,
    read(offset, length) {
      const [bytes, ...others] = all().map((child) => child.read(offset, length));
      if (others.some((other) => !isSame(other, bytes!))) notModelled('a quorum whose children differ');
      return bytes!;
    },
    write(offset, bytes) {
      for (const child of all()) child.write(offset, bytes);
    },
    zero(offset, length, how) {
      for (const child of all()) child.zero(offset, length, how);
    },
    *extents(offset, length): Iterable<Extent> {
      yield { offset, length, kind: 'data' };
    },
    childPermissions: (_edge, { permissions, shared }) => ({
      permissions,
      shared: shared & (CONSISTENT_READ | WRITE_UNCHANGED),
    }),
  };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
