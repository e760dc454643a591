import { crc32, deflateSync } from 'node:zlib';

/**
 * Turns a binary PPM with 8 bits per channel (`P6`, what `screendump` writes) into a PNG.
 *
 * @throws TypeError if it isn't such an image.
 */
export function ppmToPng(ppm: Buffer): Buffer {
  const found = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.toString('latin1', 0, 64));
  if (found === null) throw new TypeError('Not a PPM image of type P6 with 8 bits per channel');
  const [header, width, height] = [found[0].length, Number(found[1]), Number(found[2])];
  const row = width * 3;
  if (ppm.length < header + row * height) throw new TypeError('The PPM image is cut short');
  // Each line of a PNG begins with the number of its filter; 0 means unfiltered.
  const lines = Buffer.alloc((row + 1) * height);
  for (let y = 0; y < height; y++) {
    const from = header + y * row;
    ppm.copy(lines, y * (row + 1) + 1, from, from + row);
  }
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  // 8 bits a channel, colour type 2: RGB; then compression, filter and interlace methods, all 0.
  size.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', size),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** PNG specification, section 5.2. */
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Length, type, data, and a CRC over type and data (section 5.3). */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
