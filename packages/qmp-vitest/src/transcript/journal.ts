import { stringifyJson } from 'qmp-core/wire';
import type { JournalEntry, MockQmp } from 'qmp-mock';
import type { JournalWatch } from './journal-watch.ts';
import { isUnrecorded } from './unrecorded.ts';
import type { TranscriptEntry } from './entry.ts';

const SEEN_BY_CLIENT = { received: 'out', sent: 'in', note: 'note' } as const;

/**
 * The conversations of a mock on all its connections, as its clients see them.
 *
 * @param watch - Knows their times: a mock's own clock may be turned by hand. Default: they have no times.
 */
export function journalEntries(mock: MockQmp, watch?: JournalWatch): TranscriptEntry[] {
  return mock.journal
    .entries({ handshake: true })
    .filter(({ message }) => !isUnrecorded(message))
    .map((entry) => ({ at: undefined, ...fromJournal(entry), ...watch?.momentOf(entry) }));
}

function fromJournal({ direction, message, connection }: JournalEntry): Omit<TranscriptEntry, 'at'> {
  const text = typeof message === 'string' ? message : stringifyJson(message);
  return { direction: SEEN_BY_CLIENT[direction], text, connection };
}
