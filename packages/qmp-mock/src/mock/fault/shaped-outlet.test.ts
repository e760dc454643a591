import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MockClock } from '../mock-clock.ts';
import { nextCut, PLAIN, type Shape } from './shape.ts';
import { ShapedOutlet } from './shaped-outlet.ts';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((array) => Buffer.from(array));

describe('nextCut', () => {
  test('loses nothing and adds nothing, and makes no empty piece', () => {
    const shape = fc.record({
      active: fc.constant(true),
      splitEvery: fc.option(fc.integer({ min: 1, max: 70 }), { nil: undefined }),
      splitAt: fc.option(fc.array(fc.integer({ min: -70, max: 70 })), { nil: undefined }),
    });
    fc.assert(
      fc.property(bytes, shape, (message, how) => {
        const pieces: Buffer[] = [];
        for (let from = 0, to; from < message.length; from = to) {
          to = nextCut(message.length, from, how);
          pieces.push(message.subarray(from, to));
        }
        expect(Buffer.concat(pieces)).toEqual(message);
        expect(pieces.every((piece) => piece.length > 0)).toBe(true);
        if (how.splitEvery !== undefined) {
          expect(pieces.every((piece) => piece.length <= (how.splitEvery ?? 0))).toBe(true);
        }
      }),
    );
  });
});

test('nextCut cuts where it is told to, wherever that is written', () => {
  const shape: Shape = { active: true, splitEvery: 4, splitAt: [-1, 2, 99, 0, 2] };
  const ends: number[] = [];
  for (let from = 0; from < 10; from = ends.at(-1)!) ends.push(nextCut(10, from, shape));
  expect(ends).toEqual([2, 4, 8, 9, 10]);
});

describe('ShapedOutlet', () => {
  const shapes: Shape[] = [
    PLAIN,
    { active: true, splitEvery: 1 },
    { active: true, splitAt: [2, -1] },
    { active: true, merge: 0 },
    { active: true, merge: 2 },
    { active: true, delay: 5 },
    { active: true, stalled: true },
  ];
  const step = fc.oneof(
    fc.record({ write: bytes }),
    fc.record({ shape: fc.constantFrom(...shapes) }),
    fc.record({ advance: fc.integer({ min: 0, max: 10 }) }),
    fc.record({ turn: fc.constant(true) }),
    fc.record({ late: bytes, ms: fc.integer({ min: 0, max: 10 }) }),
  );

  test('whatever the shapes, every byte arrives once, in order, before the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const clock = new MockClock();
        const sent: Buffer[] = [];
        const arrived: Uint8Array[] = [];
        let shape: Shape = PLAIN;
        const outlet = new ShapedOutlet({
          clock,
          shape: () => shape,
          sink: (data) => arrived.push(Buffer.from(data)),
        });
        for (const one of steps) {
          if ('write' in one) {
            sent.push(one.write);
            outlet.write(one.write);
          } else if ('late' in one) {
            sent.push(one.late);
            outlet.delayNext(one.late, one.ms);
            outlet.write(one.late);
          } else if ('shape' in one) {
            ({ shape } = one);
            outlet.pump();
          } else if ('advance' in one) {
            clock.advance(one.advance);
          } else {
            await new Promise((resolve) => setImmediate(resolve));
          }
          expect(Buffer.concat(sent).subarray(0, Buffer.concat(arrived).length)).toEqual(
            Buffer.concat(arrived),
          );
        }
        shape = PLAIN;
        const ended = new Promise<void>((resolve) => outlet.end(resolve));
        clock.advance(1000);
        await ended;
        expect(Buffer.concat(arrived)).toEqual(Buffer.concat(sent));
        expect(outlet.held).toBe(0);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  test('a message in many pieces, once begun, can still be written at once', async () => {
    let shape: Shape = { active: true, splitEvery: 1 };
    const arrived: Uint8Array[] = [];
    const outlet = new ShapedOutlet({
      clock: new MockClock(),
      shape: () => shape,
      sink: (data) => arrived.push(Buffer.from(data)),
    });
    outlet.write(Buffer.alloc(300_000, 'x'));
    shape = { active: true, merge: 0 };
    // One turn for the second piece, one for all the others.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(arrived.at(-1)?.length).toBeGreaterThan(299_000);
    expect(Buffer.concat(arrived).length).toBe(300_000);
    expect(outlet.held).toBe(0);
  });

  test('many pieces, one by one', async () => {
    const arrived: Uint8Array[] = [];
    const outlet = new ShapedOutlet({
      clock: new MockClock(),
      shape: () => ({ active: true, splitEvery: 2 }),
      sink: (data) => arrived.push(Buffer.from(data)),
    });
    outlet.write(Buffer.from('abcde'));
    outlet.write(Buffer.from('fg'));
    expect(outlet.held).toBe(5);
    await new Promise<void>((resolve) => outlet.end(resolve));
    expect(arrived.map(String)).toEqual(['ab', 'cd', 'e', 'fg']);
  });

  test('destroy drops what is held, and its delays', () => {
    const clock = new MockClock();
    const arrived: unknown[] = [];
    const outlet = new ShapedOutlet({
      clock,
      shape: () => ({ active: true, delay: 5 }),
      sink: (data) => arrived.push(data),
    });
    outlet.write('abc');
    expect(outlet.held).toBe(3);
    outlet.destroy();
    outlet.write('def');
    expect([outlet.held, clock.pending, arrived.length]).toEqual([0, 0, 0]);
  });
});
