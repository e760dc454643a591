/** The way to cut up, join, or hold back output. */
export interface Shape {
  /** Whether anything below is set. */
  readonly active: boolean;
  /** Largest piece that is written at once, in bytes. */
  readonly splitEvery?: number | undefined;
  /** Places in each message where it is cut, in bytes; negative ones count from the end. */
  readonly splitAt?: readonly number[] | undefined;
  /** Number of messages to join into one write; 0 joins those of one turn of the event loop. */
  readonly merge?: number | undefined;
  /** Delay of each message in ms on the mock's clock. */
  readonly delay?: number | undefined;
  /** Whether to write nothing. */
  readonly stalled?: boolean | undefined;
}

/** The shape without any change. */
export const PLAIN: Shape = { active: false };

/** Whether a shape cuts messages. */
export const isCut = (shape: Shape): boolean => shape.splitEvery !== undefined || shape.splitAt !== undefined;

/**
 * End of the piece of a message that begins at `from`. Ends are found one by one when they are needed,
 * because a long message has hundreds of thousands of them.
 *
 * @param length - Length of the message in bytes.
 */
export function nextCut(length: number, from: number, shape: Shape): number {
  const { splitEvery, splitAt } = shape;
  let end = length;
  if (splitEvery !== undefined) end = Math.min(end, from - (from % splitEvery) + splitEvery);
  for (const place of splitAt ?? []) {
    const at = place < 0 ? length + place : place;
    if (at > from && at < end) end = at;
  }
  return end;
}
