import { concatBytes, encodeUtf8 } from '../../engine/bytes.ts';
import type { ScreenPicture } from '../guest/screen.ts';

/** A picture in the format PPM, as `screendump` writes it. */
export function ppmOf({ width, height, rgb }: ScreenPicture): Uint8Array {
  return concatBytes([encodeUtf8(`P6\n${width} ${height}\n255\n`), rgb]);
}

/**
 * Makes a file of a black picture, of the size that a screen has before anything was shown on it.
 *
 * @example
 * import { writeFileSync } from 'node:fs';
 *
 * writeFileSync('screen.png', blankPicture('png'));
 */
export function blankPicture(format: 'ppm' | 'png'): Uint8Array {
  const [width, height] = [640, 480];
  const picture = { width, height, rgb: new Uint8Array(width * height * 3) };
  return format === 'png' ? pngOf(picture) : ppmOf(picture);
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Most bytes of one block that isn't compressed. */
const BLOCK = 0xff_ff;
const ADLER_MODULUS = 65_521;

/** A picture in the format PNG, RGB with 8 bits each. Its data isn't compressed. */
export function pngOf({ width, height, rgb }: ScreenPicture): Uint8Array {
  const header = concatBytes([uint32(width), uint32(height), Uint8Array.of(8, 2, 0, 0, 0)]);
  const line = width * 3;
  // Each line begins with the number of its filter.
  const lines = new Uint8Array(height * (1 + line));
  for (let y = 0; y < height; y++) lines.set(rgb.subarray(y * line, (y + 1) * line), y * (1 + line) + 1);
  const data = zlibOf(lines);
  return concatBytes([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concatBytes([encodeUtf8(type), data]);
  return concatBytes([uint32(data.length), body, uint32(crc32(body))]);
}

/** Data in the format of zlib, in blocks that are stored as they are. */
function zlibOf(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < data.length; at += BLOCK) {
    const block = data.subarray(at, at + BLOCK);
    const { length } = block;
    const isLast = at + BLOCK >= data.length ? 1 : 0;
    parts.push(
      Uint8Array.of(isLast, length & 0xff, length >> 8, ~length & 0xff, (~length >> 8) & 0xff),
      block,
    );
  }
  return concatBytes([...parts, uint32(adler32(data))]);
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function crc32(data: Uint8Array): number {
  let crc = -1;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xed_b8_83_20 : 0);
  }
  return ~crc >>> 0;
}

function adler32(data: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of data) {
    low = (low + byte) % ADLER_MODULUS;
    high = (high + low) % ADLER_MODULUS;
  }
  return ((high << 16) | low) >>> 0;
}
