import { stringifyJson } from 'qmp-core/wire';
import type { JournalEntry, MockQmp } from 'qmp-mock';
import { isUnrecorded } from './unrecorded.ts';
import type { TranscriptEntry } from './entry.ts';

const SEEN_BY_CLIENT = { received: 'out', sent: 'in', note: 'note' } as const;

/** The conversations of a mock on all its connections, as its clients see them. */
export function journalEntries(mock: MockQmp): TranscriptEntry[] {
  return mock.journal
    .entries({ handshake: true })
    .filter(({ message }) => !isUnrecorded(message))
    .map(fromJournal);
}

/** An entry of the journal, without its time: a mock's clock may be turned by hand. */
function fromJournal({ direction, message, connection }: JournalEntry): TranscriptEntry {
  const text = typeof message === 'string' ? message : stringifyJson(message);
  return { at: undefined, direction: SEEN_BY_CLIENT[direction], text, connection };
}
