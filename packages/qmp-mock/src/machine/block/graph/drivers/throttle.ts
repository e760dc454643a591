import { genericError, textOf } from '../../../command.ts';
import type { BlockNode, NodeDriver, OpenRequest } from '../node.ts';
import { passThrough } from './pass-through.ts';

/** Throttle groups of `-object` and `object-add`. */
export interface ThrottleGroups {
  has(id: string): boolean;
}

/** `throttle`: a node whose requests a group limits. */
export function openThrottle(
  groups: ThrottleGroups,
  { options }: OpenRequest,
  child: () => BlockNode,
): NodeDriver {
  const group = textOf(options, 'throttle-group');
  if (!groups.has(group)) throw genericError(`Throttle group '${group}' does not exist`);
  let current = group;
  return {
    ...passThrough('throttle', child),
    strongOptions: ['throttle-group'],
    get throttleGroup() {
      return current;
    },
    changeGroup(other) {
      if (!groups.has(other)) throw genericError(`Throttle group '${other}' does not exist`);
      current = other;
    },
  };
}
