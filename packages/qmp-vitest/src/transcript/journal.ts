import { stringifyJson } from 'qmp-core/wire';
import type { JournalEntry, MockQmp } from 'qmp-mock';
import { isUnrecorded } from './unrecorded.ts';
import type { TranscriptEntry } from './transcript.ts';

const SEEN_BY_CLIENT = { received: 'out', sent: 'in', note: 'note' } as const;

/** What a mock heard and said, on all its connections, as its clients see it. */
export function journalEntries(mock: MockQmp): TranscriptEntry[] {
  return mock.journal
    .entries({ handshake: true })
    .filter(({ message }) => !isUnrecorded(message))
    .map(fromJournal);
}

/** A mock's clock may be turned by hand: its times are none to show. */
function fromJournal({ direction, message, connection }: JournalEntry): TranscriptEntry {
  const text = typeof message === 'string' ? message : stringifyJson(message);
  return { at: undefined, direction: SEEN_BY_CLIENT[direction], text, connection };
}
