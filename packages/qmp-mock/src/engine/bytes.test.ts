import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes, decodeBase64, encodeBase64 } from './bytes.ts';

const plain = (bytes: Uint8Array): number[] => [...bytes];

describe('bytes', () => {
  it('are joined', () => {
    expect(plain(concatBytes([Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)]))).toEqual([1, 2, 3]);
  });

  it('go to base64 and back as Node does it', () => {
    for (let length = 0; length < 70; length++) {
      const bytes = randomBytes(length);
      const text = bytes.toString('base64');
      expect(encodeBase64(bytes)).toBe(text);
      expect(plain(decodeBase64(text))).toEqual(plain(bytes));
    }
  });

  it('are read from base64 with line ends, and without padding', () => {
    expect(plain(decodeBase64('aGk\r\n'))).toEqual([0x68, 0x69]);
    expect(plain(decodeBase64('aGk=aGk='))).toEqual([0x68, 0x69]);
  });
});
