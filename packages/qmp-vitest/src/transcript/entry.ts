import type { Inventory } from 'qmp-mock';

/**
 * Direction of a message as the client sees it, in the words of `onMessage`; `note` is a remark that wasn't
 * sent.
 */
export type TranscriptDirection = 'out' | 'in' | 'note';

/** One entry of a {@link Transcript}. */
export interface TranscriptEntry {
  /** Milliseconds since the transcript began, if known. */
  readonly at: number | undefined;
  readonly direction: TranscriptDirection;
  /** The message as compact JSON, or the remark. */
  readonly text: string;
  /** Number of the connection, if there may be several. */
  readonly connection?: number | undefined;
  /** The machine at that moment, if it's known and somebody wants to know. */
  readonly machine?: Inventory | undefined;
}
