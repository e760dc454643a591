import { deflateRawSync } from 'node:zlib';
import { visible } from 'qmp-core/redact';
import type { Inventory, ScreenPicture } from 'qmp-mock';
import type { TranscriptEntry } from '../transcript/entry.ts';

/** A machine between two changes: what it has. */
export interface TraceMoment {
  readonly state: string;
  /** Devices: name, model, bus. */
  readonly devices: readonly (readonly [name: string, text: string])[];
  readonly drives: readonly (readonly [name: string, text: string])[];
  /** Index of the picture on its screen; `null` if a test gave it none. */
  readonly screen: number | null;
}

/** A picture, made smaller: red, green and blue of each pixel, deflated, in base64. */
export interface TracePicture {
  readonly width: number;
  readonly height: number;
  readonly data: string;
}

/** Moments of a machine, each of them once. */
export interface Moments {
  readonly moments: readonly TraceMoment[];
  readonly pictures: readonly TracePicture[];
  /** Index of each entry's moment; `null` if it isn't known. */
  readonly of: readonly (number | null)[];
}

/** Most devices or drives that are listed. */
const MOST = 200;
/** Most pixels of a picture's side. */
const SIDE = 360;

/** Collects what a machine had when its messages came. */
export function momentsOf(entries: readonly TranscriptEntry[]): Moments {
  const moments: TraceMoment[] = [];
  const pictures: TracePicture[] = [];
  const byText = new Map<string, number>();
  const byPicture = new Map<ScreenPicture, number>();
  const indexOf = (screen: ScreenPicture): number => {
    let index = byPicture.get(screen);
    if (index === undefined) {
      index = pictures.push(smaller(screen)) - 1;
      byPicture.set(screen, index);
    }
    return index;
  };
  const of = entries.map(({ machine }) => {
    if (machine === undefined) return null;
    const moment = momentOf(machine, machine.screen === undefined ? null : indexOf(machine.screen));
    const text = JSON.stringify(moment);
    const known = byText.get(text);
    if (known !== undefined) return known;
    const index = moments.push(moment) - 1;
    byText.set(text, index);
    return index;
  });
  return { moments, pictures, of };
}

function momentOf({ state, devices, drives }: Inventory, screen: number | null): TraceMoment {
  return {
    state,
    devices: listed(
      devices.map(({ name, type, bus }) => [name, bus === undefined ? type : `${type} on ${bus}`]),
    ),
    drives: listed(
      drives.map(({ name, medium, format, size, trayOpen }) => [
        name,
        [medium ?? 'empty', format, size === undefined ? undefined : sizeOf(size), trayOpen && 'tray open']
          .filter((part) => typeof part === 'string')
          .join(', '),
      ]),
    ),
    screen,
  };
}

function listed(list: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const shown = list.slice(0, MOST).map(([name, text]) => [visible(name), visible(text)] as const);
  return list.length > MOST ? [...shown, ['…', `${list.length - MOST} more`]] : shown;
}

/** A size in words, exact if it is a whole number of some unit. */
function sizeOf(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && size % 1024 === 0 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size} ${units[unit]}`;
}

/** Takes every n-th pixel of every n-th line. */
function smaller({ width, height, rgb }: ScreenPicture): TracePicture {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / SIDE));
  const [columns, lines] = [Math.ceil(width / step), Math.ceil(height / step)];
  const pixels = new Uint8Array(columns * lines * 3);
  for (let y = 0; y < lines; y++) {
    for (let x = 0; x < columns; x++) {
      const from = (y * step * width + x * step) * 3;
      pixels.set(rgb.subarray(from, from + 3), (y * columns + x) * 3);
    }
  }
  return { width: columns, height: lines, data: deflateRawSync(pixels).toString('base64') };
}
