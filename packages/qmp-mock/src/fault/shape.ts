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

/** Cuts a message to the pieces that a shape asks for. */
export function cut(bytes: Buffer, shape: Shape): Buffer[] {
  const places = new Set<number>();
  for (const place of shape.splitAt ?? []) {
    const at = place < 0 ? bytes.length + place : place;
    if (at > 0 && at < bytes.length) places.add(at);
  }
  if (shape.splitEvery !== undefined) {
    for (let at = shape.splitEvery; at < bytes.length; at += shape.splitEvery) places.add(at);
  }
  if (places.size === 0) return [bytes];
  const pieces: Buffer[] = [];
  let from = 0;
  for (const at of [...places].toSorted((a, b) => a - b)) {
    pieces.push(bytes.subarray(from, at));
    from = at;
  }
  pieces.push(bytes.subarray(from));
  return pieces;
}
