import { crc32, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ppmToPng } from './ppm.ts';

test('the pixels of the PPM are the pixels of the PNG', () => {
  const pixels = [...Array(2 * 3 * 3).keys()];
  const png = ppmToPng(Buffer.concat([Buffer.from('P6\n2 3\n255\n'), Buffer.from(pixels)]));
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = [...chunksOf(png)];
  expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect(chunks[0]?.data).toEqual(Buffer.from([0, 0, 0, 2, 0, 0, 0, 3, 8, 2, 0, 0, 0]));
  const lines = inflateSync(chunks[1]?.data ?? '');
  expect([...lines]).toEqual([0, ...pixels.slice(0, 6), 0, ...pixels.slice(6, 12), 0, ...pixels.slice(12)]);
});

test.each([
  ['another format', 'P5\n1 1\n255\n...', 'Not a PPM'],
  ['16 bits a channel', 'P6\n1 1\n65535\n......', 'Not a PPM'],
  ['too short', 'P6\n2 2\n255\n...', 'cut short'],
  ['nothing', '', 'Not a PPM'],
])('%s is refused', (_name, text, message) => {
  expect(() => ppmToPng(Buffer.from(text))).toThrow(message);
});

/** The chunks of a PNG, each checked against its checksum. */
function* chunksOf(png: Buffer): Generator<{ type: string; data: Buffer }> {
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}
