import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { QmpProtocolError } from 'qmp-core';
import { JsonFramer } from 'qmp-core/wire';
import { textLike } from '../../random/damaged.ts';
import { cut, pieceSizes } from '../../random/pieces.ts';
import { hold, target, type AnyTarget } from '../target.ts';
import { MESSAGES } from './messages.ts';

/** Hands bytes to a framer in pieces; gives what came out, and whether there was an error. */
function frame(pieces: readonly Uint8Array[]): { values: unknown[]; failed: boolean } {
  const framer = new JsonFramer({ maxDepth: 64, maxMessageSize: 4096 });
  const values: unknown[] = [];
  const sink = (value: unknown): void => void values.push(value);
  let failed = false;
  try {
    for (const piece of pieces) framer.push(piece, sink);
    framer.look(sink);
  } catch (error) {
    if (!(error instanceof QmpProtocolError)) throw error;
    failed = true;
  }
  const given = pieces.reduce((sum, { length }) => sum + length, 0);
  hold(framer.pendingBytes <= given, 'it keeps more than it was given');
  return { values, failed };
}

const bytes = fc
  .tuple(
    fc.array(textLike(MESSAGES), { minLength: 1, maxLength: 3 }),
    fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(0xffff), fc.nat(255)) },
    ),
  )
  .map(([texts, overwrite]) => {
    const all = Buffer.from(texts.join(''));
    if (overwrite !== undefined && all.length > 0) all[overwrite[0] % all.length] = overwrite[1];
    return all;
  });

export function framing(): AnyTarget {
  return target({
    what: "the client's framing, in one piece, byte by byte and in random pieces, against JSON.parse",
    input: fc.tuple(bytes, pieceSizes),
    show: ([given, sizes]) => `${JSON.stringify(given.toString('latin1'))} in pieces of ${sizes.join(', ')}`,
    check([given, sizes]) {
      const whole = frame([given]);
      hold(isDeepStrictEqual(whole, frame(cut(given, [1]))), 'byte by byte, it gives something else');
      hold(isDeepStrictEqual(whole, frame(cut(given, sizes))), 'in pieces, it gives something else');
      for (const value of whole.values)
        hold(typeof value === 'object' && value !== null, 'a message is neither an object nor an array');
      // The oracle: a text that JSON.parse takes, alone, is one message with that value.
      if (!isUtf8(given) || given.includes(0xef)) return;
      const text = given.toString();
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        return;
      }
      if (typeof expected !== 'object' || expected === null) return;
      hold(!whole.failed, 'it refuses what JSON.parse takes');
      hold(whole.values.length === 1, 'what JSON.parse takes is not one message');
      // Wide integers are exact here, and are not there.
      if (/\d{16}|\d[eE]/.test(text)) return;
      hold(isDeepStrictEqual(whole.values[0], expected), 'it gives another value than JSON.parse');
    },
  });
}
