import * as vitest from 'vitest';
import { findTranscript } from '../transcript/registry.ts';
import type { MatchResult } from './match-result.ts';

/**
 * Returns the conversation of a client, mock or machine that a fixture made, without times, ids, versions and
 * temporary paths. The same dialogue gives the same text in every run and on every backend.
 *
 * @throws TypeError if a fixture didn't make the subject.
 * @example
 * expect(transcriptOf(qmp)).toMatchInlineSnapshot()
 */
export function transcriptOf(subject: unknown): string {
  const transcript = findTranscript(subject);
  if (transcript === undefined) {
    throw new TypeError(
      'There is no transcript: give the `qmp` or `mock` of a qmp-vitest fixture, or a machine from `launch`',
    );
  }
  return transcript.normalised();
}

/** `toMatchTranscript(hint?)`: the conversation equals the snapshot. */
export function toMatchTranscript(state: vitest.MatcherState, actual: unknown, hint?: string): MatchResult {
  const text = transcriptOf(actual);
  // Looked up at run time: the first releases of Vitest 4.1 do not have it.
  const { Snapshots } = vitest as Partial<Pick<typeof vitest, 'Snapshots'>>;
  if (Snapshots === undefined) {
    throw new Error(
      'toMatchTranscript needs Vitest 4.1.3 or newer; use `expect(transcriptOf(qmp)).toMatchSnapshot()` instead',
    );
  }
  return Snapshots.toMatchSnapshot.call(state, text, hint);
}
