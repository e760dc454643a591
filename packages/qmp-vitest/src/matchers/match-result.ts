/** What a matcher tells Vitest. `actual` and `expected`, where given, are printed as a diff. */
export interface MatchResult {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}
