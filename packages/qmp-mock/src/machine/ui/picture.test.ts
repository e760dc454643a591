import { inflateSync, crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { pngOf, ppmOf } from './picture.ts';

test('a PPM has its header and three bytes for each pixel', () => {
  const bytes = ppmOf({ width: 4, height: 3, rgb: new Uint8Array(36) });
  expect(new TextDecoder().decode(bytes.subarray(0, 11))).toBe('P6\n4 3\n255\n');
  expect(bytes).toHaveLength(11 + 4 * 3 * 3);
});

test.each([
  [1, 1],
  [720, 400],
])('a PNG of %i × %i pixels is one that others read', (width, height) => {
  const bytes = Buffer.from(pngOf({ width, height, rgb: new Uint8Array(width * height * 3) }));
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.subarray(0, 4).toString('latin1'), body.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect(chunks.get('IHDR')?.readUInt32BE(0)).toBe(width);
  expect(chunks.get('IHDR')?.readUInt32BE(4)).toBe(height);
  // zlib itself compares the checksum.
  expect(inflateSync(chunks.get('IDAT')!).equals(Buffer.alloc(height * (1 + 3 * width)))).toBe(true);
});
