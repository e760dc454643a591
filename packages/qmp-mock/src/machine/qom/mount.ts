import type { PropertyView } from './property.ts';

/** Objects that a subsystem keeps itself, and shows below one place of the tree. */
export interface QomMount {
  /** The container that they are in, for example `/chardevs`. */
  readonly path: string;
  /** The objects, in the order in which they came. */
  children(): readonly { readonly name: string; readonly type: string }[];
  /** Properties of one of them, or `undefined` if it is not there. */
  properties(name: string): Iterable<readonly [name: string, property: PropertyView]> | undefined;
}
