import { lateRedactor } from 'qmp-core/internal';
import type { MatchResult } from './match-result.ts';

/** Takes the secrets out of a result's message and diff. */
export function withoutSecrets(result: MatchResult): MatchResult {
  const redactor = lateRedactor();
  if (redactor === undefined) return result;
  // A secret that has its name in the diff may stand without it in the message, so the diff goes first.
  const diff = Object.fromEntries(
    (['actual', 'expected'] as const)
      .filter((side) => side in result)
      .map((side) => [side, redactor.value(result[side])]),
  );
  return { ...result, ...diff, message: () => redactor.text(result.message()) };
}
