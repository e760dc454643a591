/**
 * One language of patterns, for everything that compares what came over the wire with what a test expects: the
 * option `match` of a wait, the expectations of a mock, the matchers of a test runner.
 *
 * @module
 */
export { describeDifferences, matches, Matcher, type Difference } from './compare.ts';
export { exactly, type Exactly } from './exactly.ts';
export type { Pattern } from './pattern.ts';
export { show } from './show.ts';
