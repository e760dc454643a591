import type { PropertyView } from './property.ts';
import type { QomObject } from './qom-object.ts';

/** Objects that a subsystem keeps itself, and shows below one place of the tree. */
export interface QomMount {
  /** The container that they are in, for example `/chardevs`. */
  readonly path: string;
  /** The objects, in the order in which they came. */
  children(): readonly { readonly name: string; readonly type: string }[];
  /**
   * Type of one of them, or `undefined` if it is not there: what `children` says of it, without a list of
   * all.
   */
  typeOf(name: string): string | undefined;
  /** One of them, if such ones were recorded. */
  object?(name: string): QomObject | undefined;
  /** Properties of one of them that wasn't recorded, or `undefined` if it is not there. */
  properties(name: string): Iterable<readonly [name: string, property: PropertyView]> | undefined;
}
