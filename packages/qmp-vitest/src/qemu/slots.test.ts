import { randomUUID } from 'node:crypto';
import { QmpStateError } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { acquireSlot, type ReleaseSlot, type SlotNames } from './slots.ts';

/** Slots of this test alone. */
function freshNames(): SlotNames {
  const id = randomUUID();
  return (index) => `\0qmp-vitest-test-${id}-${index}`;
}

async function acquire(
  max: number,
  names: SlotNames,
  signal: AbortSignal = new AbortController().signal,
): Promise<ReleaseSlot> {
  const release = await acquireSlot(max, signal, names);
  onTestFinished(release);
  return release;
}

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('there are as many as were asked for; the next waits until one is given back', async () => {
    const names = freshNames();
    const [first] = await Promise.all([acquire(2, names), acquire(2, names)]);
    let third = false;
    const waiting = acquire(2, names).then(() => (third = true));
    await expect(acquire(2, names, AbortSignal.timeout(50))).rejects.toThrow('timeout');
    expect(third).toBe(false);
    first();
    await waiting;
    expect(third).toBe(true);
  });

  test('many who wait get one after the other', async () => {
    const names = freshNames();
    let [now, most, done] = [0, 0, 0];
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const release = await acquire(3, names);
        most = Math.max(most, ++now);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        now--;
        done++;
        release();
      }),
    );
    expect({ now, most, done }).toEqual({ now: 0, most: 3, done: 20 });
  });

  test('an abort ends the wait with its reason', async () => {
    const names = freshNames();
    await acquire(1, names);
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = expect(acquire(1, names, controller.signal)).rejects.toBe(reason);
    controller.abort(reason);
    await waiting;
    await expect(acquire(1, names, controller.signal)).rejects.toBe(reason);
  });
});

test.each([0, -1, 1.5, Number.NaN, '2' as unknown as number])('%s is no number of slots', async (max) => {
  await expect(acquireSlot(max, new AbortController().signal)).rejects.toBeInstanceOf(QmpStateError);
});
