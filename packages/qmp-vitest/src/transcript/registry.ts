import type { Transcript } from './transcript.ts';

const transcripts = new WeakMap<object, Transcript>();

/** Remembers the owners of a transcript: a client, a mock, a machine. */
export function rememberTranscript(transcript: Transcript, ...owners: readonly (object | undefined)[]): void {
  transcripts.set(transcript, transcript);
  for (const owner of owners) if (owner !== undefined) transcripts.set(owner, transcript);
}

/** The transcript of a client, mock or machine that a fixture made. */
export function findTranscript(owner: unknown): Transcript | undefined {
  return typeof owner === 'object' && owner !== null ? transcripts.get(owner) : undefined;
}
