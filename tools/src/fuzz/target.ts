import { inspect } from 'node:util';
import type * as fc from 'fast-check';

/** Something that takes input from outside, and what holds whatever comes in. */
export interface Target<T> {
  /** The tested thing, in words. */
  readonly what: string;
  readonly input: fc.Arbitrary<T>;
  /** An input, for people; by default as `util.inspect` shows it. */
  readonly show?: (input: T) => string;
  /** Throws if something does not hold. */
  readonly check: (input: T) => void;
}

/** A target without the type of its inputs. */
export interface AnyTarget {
  readonly what: string;
  readonly input: fc.Arbitrary<unknown>;
  readonly show: (input: unknown) => string;
  readonly check: (input: unknown) => void;
}

/** Forgets the type of a target's inputs. */
export function target<T>({ what, input, show = inspect, check }: Target<T>): AnyTarget {
  return { what, input, show: (given) => show(given as T), check: (given) => check(given as T) };
}

/** Throws unless it is so. */
export function hold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}

/** Runs it; an error of another class than the documented ones is a finding. */
export function attempt<T>(
  run: () => T,
  ...documented: readonly (abstract new (...args: never[]) => Error)[]
): T | undefined {
  try {
    return run();
  } catch (error) {
    if (documented.some((type) => error instanceof type)) return undefined;
    throw error;
  }
}
