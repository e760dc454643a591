import { NotModelledError, notModelled } from '../../../engine/not-modelled.ts';
import type { Board } from '../../setup/board.ts';
import type { Setup } from '../../setup/setup.ts';

/** Something that takes input for the guest (`ui/input.c`). */
export interface InputHandler {
  /** Its number, by which `mouse_set` knows it. */
  readonly index: number;
  readonly name: string;
  readonly kind: 'keyboard' | 'mouse' | 'tablet' | 'touch screen';
}

/** The known input devices of the machine. */
export interface InputParts {
  readonly board: Board;
  readonly setup: Setup;
  /** Models of the devices that were plugged in, oldest first. */
  readonly models: () => readonly string[];
  /** Whether such a device has gone again, by a part of its model's name. */
  readonly hasLost: (pattern: RegExp) => boolean;
  /** Whether the guest has not run yet: a guest turns devices on. */
  readonly isUntouched: () => boolean;
}

/** Keyboard and mouse of a PC. */
const PS2: readonly InputHandler[] = [
  { index: 1, name: 'QEMU PS/2 Keyboard', kind: 'keyboard' },
  { index: 2, name: 'QEMU PS/2 Mouse', kind: 'mouse' },
];

/** Names and kinds of input devices. */
const DEVICES: readonly (readonly [model: RegExp, name: string, kind: InputHandler['kind']])[] = [
  [/^usb-tablet$/, 'QEMU HID Tablet', 'tablet'],
  [/^usb-mouse$/, 'QEMU HID Mouse', 'mouse'],
  [/^usb-kbd$/, 'QEMU HID Keyboard', 'keyboard'],
  [/^virtio-tablet-(pci|device)/, 'QEMU Virtio Tablet', 'tablet'],
  [/^virtio-mouse-(pci|device)/, 'QEMU Virtio Mouse', 'mouse'],
  [/^virtio-keyboard-(pci|device)/, 'QEMU Virtio Keyboard', 'keyboard'],
  [/^virtio-multitouch-(pci|device)/, 'QEMU Virtio MultiTouch', 'touch screen'],
];
const INPUT = /tablet|mouse|kbd|keyboard|input|touch|wacom|i8042/;

/** Kinds of events of `input-send-event` that each kind of device takes. */
const TAKES: Readonly<Record<InputHandler['kind'], ReadonlySet<string>>> = {
  keyboard: new Set(['key']),
  mouse: new Set(['btn', 'rel']),
  tablet: new Set(['btn', 'abs']),
  'touch screen': new Set(['btn', 'mtt']),
};

/** The handlers of a machine, and the order in which they are asked. */
export class InputHandlers {
  readonly #parts: InputParts;
  /** Numbers of those that a line has put in front, the last one first. */
  #front: readonly number[] = [];

  constructor(parts: InputParts) {
    this.#parts = parts;
  }

  /** All handlers, in the order in which they are asked. */
  inOrder(what: string): InputHandler[] {
    const { hasLost, isUntouched } = this.#parts;
    if (hasLost(INPUT)) notModelled(`${what} after such a device has gone`);
    const all = this.#all(what);
    // A guest puts the devices in front that it uses.
    if (!isUntouched() && all.length > PS2.length) notModelled(`${what} of a guest that has run`);
    const place = ({ index }: InputHandler): number => {
      const at = this.#front.indexOf(index);
      return at < 0 ? this.#front.length : at;
    };
    return all.toSorted((one, other) => place(one) - place(other));
  }

  /** Puts one in front of all others. */
  activate(index: number): void {
    this.#front = [index, ...this.#front.filter((other) => other !== index)];
  }

  /** Whether one takes events of that kind (`key`, `btn`, `rel`, `abs`, `mtt`). */
  take(type: string, what: string): boolean {
    return this.#all(what).some(({ kind }) => TAKES[kind].has(type));
  }

  /** Whether one takes them, or may take them: nobody says that it doesn't. */
  mayTake(type: string): boolean {
    try {
      return this.take(type, 'input');
    } catch (error) {
      if (error instanceof NotModelledError) return true;
      throw error;
    }
  }

  /** Whether there is a device that knows places, which guests prefer to a mouse. */
  get hasTablet(): boolean {
    return this.#parts.models().some((model) => /tablet/.test(model));
  }

  #all(what: string): InputHandler[] {
    const { board, setup, models } = this.#parts;
    if (board.family === undefined) notModelled(`${what} of machine ${board.type}`);
    const other = setup.beside('input');
    if (other !== undefined) notModelled(`${what} with ${other}`);
    const inputs = models().filter((model) => INPUT.test(model));
    if (inputs.length > 0 && !board.family.hasPs2) notModelled(`${what} with ${inputs[0]}`);
    const handlers: InputHandler[] = board.family.hasPs2 ? [...PS2] : [];
    for (const model of inputs) {
      const found = DEVICES.find(([pattern]) => pattern.test(model));
      if (found === undefined) notModelled(`${what} with ${model}`);
      const [, name, kind] = found;
      handlers.push({ index: handlers.length + 1, name, kind });
    }
    return handlers;
  }
}
