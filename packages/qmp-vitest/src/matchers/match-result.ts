/** Result of a matcher for Vitest. `actual` and `expected`, if given, are printed as a diff. */
export interface MatchResult {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}
