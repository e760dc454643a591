import { keyOfKeysym, keyOfNumber } from '../input/key-names.ts';

/** Keyboard and mouse that a client of VNC acts on. */
export interface RfbInputParts {
  readonly input: {
    key(key: string, down: boolean): void;
    button(button: string, down: boolean): void;
    move(x: number, y: number): void;
    place(x: number, y: number): void;
  };
  /** Whether the guest uses a tablet. */
  readonly isAbsolute: () => boolean;
  /** Size of the client's screen in pixels. */
  readonly size: () => { readonly width: number; readonly height: number };
}

/** Buttons by their bits in a message of a pointer. */
const BUTTONS = [
  ['left', 1],
  ['middle', 2],
  ['right', 4],
  ['wheel-up', 8],
  ['wheel-down', 16],
] as const;

/** Largest value of a tablet's axis. */
const LARGEST = 0x7f_ff;

const SHIFTS = new Set(['shift', 'shift_r']);

/** Keys and pointer of a client, as QEMU understands them (`ui/vnc.c`). */
export class RfbInput {
  /** Whether the client can be told that there is a tablet; if so, it sends steps for a mouse. */
  tellsPointerType = false;
  readonly #parts: RfbInputParts;
  readonly #held = new Set<string>();
  #isLocked = false;
  #buttons = 0;
  #last: { readonly x: number; readonly y: number } | undefined;

  constructor(parts: RfbInputParts) {
    this.#parts = parts;
  }

  get isAbsolute(): boolean {
    return this.#parts.isAbsolute();
  }

  /** A key, by the character on it. */
  keysym(keysym: number, down: boolean): void {
    this.#press(keyOfKeysym(keysym), keysym, down);
  }

  /** A key, by its number. */
  number(number: number, keysym: number, down: boolean): void {
    this.#press(keyOfNumber(number), keysym, down);
  }

  /** The pointer is at a place, and holds these buttons down. */
  pointer(buttons: number, x: number, y: number): void {
    const { input } = this.#parts;
    for (const [button, bit] of BUTTONS) {
      if ((buttons & bit) !== (this.#buttons & bit)) input.button(button, (buttons & bit) !== 0);
    }
    this.#buttons = buttons;
    if (this.isAbsolute) {
      const { width, height } = this.#parts.size();
      input.place(scaled(x, width), scaled(y, height));
    } else if (this.tellsPointerType) {
      input.move(x - LARGEST, y - LARGEST);
    } else if (this.#last !== undefined) {
      input.move(x - this.#last.x, y - this.#last.y);
    }
    this.#last = { x, y };
  }

  #press(key: string, keysym: number, down: boolean): void {
    const { input } = this.#parts;
    if (down) this.#matchCase(keysym);
    if (key === 'caps_lock' && down) this.#isLocked = !this.#isLocked;
    if (down) this.#held.add(key);
    else this.#held.delete(key);
    input.key(key, down);
  }

  /** A letter that the guest would see in the other case: the client's caps lock isn't the guest's. */
  #matchCase(keysym: number): void {
    const letter = keysym < 0x80 ? String.fromCharCode(keysym) : '';
    if (!/^[A-Za-z]$/.test(letter)) return;
    const isShifted = [...SHIFTS].some((key) => this.#held.has(key));
    const isUpper = letter < 'a';
    if (isUpper === (isShifted !== this.#isLocked)) return;
    this.#isLocked = !this.#isLocked;
    this.#parts.input.key('caps_lock', true);
    this.#parts.input.key('caps_lock', false);
  }
}

/** A pixel as the value of a tablet's axis. */
const scaled = (pixel: number, size: number): number =>
  Math.max(0, Math.min(LARGEST, Math.trunc((pixel * LARGEST) / Math.max(1, size))));
