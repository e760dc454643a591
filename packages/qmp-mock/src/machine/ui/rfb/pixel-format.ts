import type { ScreenPicture } from '../../guest/screen.ts';

/** How a client wants its pixels (RFC 6143, 7.4). */
export interface PixelFormat {
  readonly bytesPerPixel: 1 | 2 | 4;
  readonly bigEndian: boolean;
  readonly max: readonly [red: number, green: number, blue: number];
  readonly shift: readonly [red: number, green: number, blue: number];
  /** Whether the client looks its colours up in a map. */
  readonly mapped: boolean;
}

/** The format that a server begins with: 32 bits of which 8 are blue, 8 green and 8 red. */
export const FIRST_FORMAT: PixelFormat = {
  bytesPerPixel: 4,
  bigEndian: false,
  max: [255, 255, 255],
  shift: [16, 8, 0],
  mapped: false,
};

/** The format of a client with a colour map: 3 bits red, 3 green, 2 blue. */
const MAPPED: PixelFormat = {
  bytesPerPixel: 1,
  bigEndian: false,
  max: [7, 7, 3],
  shift: [0, 3, 6],
  mapped: true,
};

/** The 16 bytes of {@link FIRST_FORMAT} on the wire. */
export const FIRST_FORMAT_BYTES: Uint8Array = Uint8Array.of(
  32,
  24,
  0,
  1,
  0,
  255,
  0,
  255,
  0,
  255,
  16,
  8,
  0,
  0,
  0,
  0,
);

/** Reads a format off the wire; `undefined` for one that QEMU ends the connection at. */
export function readPixelFormat(bytes: Uint8Array): PixelFormat | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(3) === 0) return MAPPED;
  const bits = view.getUint8(0);
  if (bits !== 8 && bits !== 16 && bits !== 32) return undefined;
  return {
    bytesPerPixel: (bits / 8) as 1 | 2 | 4,
    bigEndian: view.getUint8(2) !== 0,
    max: [view.getUint16(4), view.getUint16(6), view.getUint16(8)],
    shift: [view.getUint8(10), view.getUint8(11), view.getUint8(12)],
    mapped: false,
  };
}

/** The colours of a client with a map, as a message for it (SetColourMapEntries). */
export function colourMap(): Uint8Array {
  const message = new Uint8Array(6 + 256 * 6);
  const view = new DataView(message.buffer);
  view.setUint8(0, 1);
  view.setUint16(4, 256);
  for (let colour = 0; colour < 256; colour++) {
    for (const [part, max] of MAPPED.max.entries()) {
      const value = (colour >> (MAPPED.shift[part] ?? 0)) & max;
      view.setUint16(6 + colour * 6 + part * 2, Math.floor((value * 65_535) / max));
    }
  }
  return message;
}

/** A part of a picture. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The pixels of a part of a picture, in a client's format. */
export function encodePixels(picture: ScreenPicture, area: Area, format: PixelFormat): Uint8Array {
  const { bytesPerPixel, bigEndian, max, shift } = format;
  const { rgb } = picture;
  const out = new Uint8Array(area.width * area.height * bytesPerPixel);
  const view = new DataView(out.buffer);
  const scaled = max.map((most, part) =>
    Array.from({ length: 256 }, (_, value) => shifted(value, most, shift[part] ?? 0)),
  );
  const [red = [], green = [], blue = []] = scaled;
  let at = 0;
  for (let y = area.y; y < area.y + area.height; y++) {
    let from = (y * picture.width + area.x) * 3;
    for (let x = 0; x < area.width; x++, from += 3, at += bytesPerPixel) {
      const pixel =
        (red[rgb[from] ?? 0] ?? 0) | (green[rgb[from + 1] ?? 0] ?? 0) | (blue[rgb[from + 2] ?? 0] ?? 0);
      if (pixel === 0) continue;
      if (bytesPerPixel === 4) view.setUint32(at, pixel >>> 0, !bigEndian);
      else if (bytesPerPixel === 2) view.setUint16(at, pixel & 0xff_ff, !bigEndian);
      else view.setUint8(at, pixel & 0xff);
    }
  }
  return out;
}

const shifted = (value: number, most: number, shift: number): number =>
  Math.floor((value * most) / 255) << shift;
