/**
 * One language of patterns for everything that compares received values with a test's expectations: the
 * option `match` of a wait, the expectations of a mock, the matchers of a test runner.
 *
 * @module
 */
export { describeDifferences, matches, Matcher, type Difference } from './compare.ts';
export { exactly, type Exactly } from './exactly.ts';
export type { Pattern } from './pattern.ts';
export { show } from './show.ts';
