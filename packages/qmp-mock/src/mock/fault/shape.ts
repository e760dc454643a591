/** How what is written is cut up, joined, or held back. */
export interface Shape {
  /** Whether anything below is set. */
  readonly active: boolean;
  /** Largest piece that is written at once, in bytes. */
  readonly splitEvery?: number | undefined;
  /** Places in each message where it is cut, in bytes; negative ones count from the end. */
  readonly splitAt?: readonly number[] | undefined;
  /** How many messages are joined to one write; 0 joins what is written in one turn of the event loop. */
  readonly merge?: number | undefined;
  /** How long each message is held back, in ms on the mock's clock. */
  readonly delay?: number | undefined;
  /** Whether nothing is written. */
  readonly stalled?: boolean | undefined;
}

/** Nothing special. */
export const PLAIN: Shape = { active: false };

/** Whether a shape cuts messages. */
export const isCut = (shape: Shape): boolean => shape.splitEvery !== undefined || shape.splitAt !== undefined;

/**
 * Where the piece of a message ends that begins at `from`. Places are found one after another as they are needed: a long
 * message has hundreds of thousands of them.
 *
 * @param length - of the message, in bytes
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
