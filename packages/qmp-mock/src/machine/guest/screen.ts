import { QmpStateError } from 'qmp-core/errors';

/** A picture on a screen. */
export interface ScreenPicture {
  /** Its width in pixels, from 1 to 16 384. */
  readonly width: number;
  /** Its height in pixels, from 1 to 16 384. */
  readonly height: number;
  /** Red, green and blue of each pixel, a byte each, by lines from the top: `width * height * 3` bytes. */
  readonly rgb: Uint8Array;
}

/** Most pixels of a side. */
const LARGEST = 16_384;

/** The screen of a machine: what `screendump` writes and clients of VNC see. */
export class Screen {
  readonly #idle: () => Pick<ScreenPicture, 'width' | 'height'>;
  readonly #watchers = new Set<() => void>();
  #given: ScreenPicture | undefined;
  #black: ScreenPicture | undefined;

  /** @param idle - Size of the black picture that is there unless a test gives another. */
  constructor(idle: () => Pick<ScreenPicture, 'width' | 'height'>) {
    this.#idle = idle;
  }

  /** The picture. */
  get picture(): ScreenPicture {
    if (this.#given !== undefined) return this.#given;
    const { width, height } = this.#idle();
    if (this.#black?.width !== width || this.#black.height !== height) {
      this.#black = { width, height, rgb: new Uint8Array(width * height * 3) };
    }
    return this.#black;
  }

  /** The picture that a test has given. */
  get given(): ScreenPicture | undefined {
    return this.#given;
  }

  /** Shows another picture, or again the one of the machine itself. */
  show(picture: ScreenPicture | undefined): void {
    if (picture !== undefined) assertPicture(picture);
    this.#given = picture;
    this.changed();
  }

  /** Tells those who watch that the picture may be another. */
  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Calls back at each change, until the function that it gives is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}

function assertPicture(picture: unknown): asserts picture is ScreenPicture {
  const { width, height, rgb } = (picture ?? {}) as Partial<ScreenPicture>;
  const isSide = (side: unknown): side is number =>
    Number.isInteger(side) && (side as number) >= 1 && (side as number) <= LARGEST;
  const size = isSide(width) && isSide(height) ? width * height * 3 : undefined;
  if (size !== undefined && rgb instanceof Uint8Array && rgb.length === size) return;
  const bytes = rgb instanceof Uint8Array ? `a Uint8Array of ${rgb.length} bytes` : typeof rgb;
  throw new QmpStateError(
    '`machine.guest.screen` is a picture of 1 to 16384 pixels a side, with `rgb` of width * height * 3 bytes' +
      `, not width ${String(width)}, height ${String(height)}, rgb ${bytes}`,
  );
}
