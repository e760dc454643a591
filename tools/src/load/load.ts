import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';

/** A load: throws if something does not hold, and gives the bytes that were in use at its most. */
export interface Load {
  readonly what: string;
  readonly run: () => Promise<number>;
}

/** Turns the event loop until it is so, a minute at most. */
export async function eventually(isSo: () => boolean, what: string): Promise<void> {
  for (const began = performance.now(); !isSo();) {
    assert.ok(performance.now() - began < 60_000, `it never came: ${what}`);
    await turn();
  }
}

/** Fails if more was in use than may be. */
export function atMost(bytes: number, mebibytes: number): number {
  assert.ok(bytes < mebibytes * 2 ** 20, `memory reached ${(bytes / 2 ** 20).toFixed(0)} MiB`);
  return bytes;
}
