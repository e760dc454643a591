import { notModelled } from '../../engine/not-modelled.ts';
import type { Board } from '../setup/board.ts';
import type { Setup } from '../setup/setup.ts';

/** A mouse in the list of {@link mice}. */
export interface Mouse {
  readonly index: number;
  readonly name: string;
  readonly current: boolean;
  readonly absolute: boolean;
}

/** The known input devices of the machine. */
export interface MiceParts {
  readonly board: Board;
  readonly setup: Setup;
  /** Models of the devices that were plugged in, oldest first. */
  readonly models: () => readonly string[];
  /** Whether such a device has gone again, by a part of its model's name. */
  readonly hasLost: (pattern: RegExp) => boolean;
  /** Whether the guest has not run yet: a guest turns devices on. */
  readonly isUntouched: () => boolean;
}

/** Mouse of a PC; its keyboard comes before it. */
const PS2: Mouse = { index: 2, name: 'QEMU PS/2 Mouse', current: true, absolute: false };

/** Names of input devices, and whether they are tablets. A keyboard isn't shown, but it has a number. */
const HANDLERS: readonly (readonly [model: RegExp, name: string, absolute: boolean])[] = [
  [/^usb-tablet$/, 'QEMU HID Tablet', true],
  [/^usb-mouse$/, 'QEMU HID Mouse', false],
  [/^virtio-tablet-(pci|device)/, 'QEMU Virtio Tablet', true],
  [/^virtio-mouse-(pci|device)/, 'QEMU Virtio Mouse', false],
  [/^(usb-kbd$|virtio-keyboard-(pci|device))/, '', false],
];
const INPUT = /tablet|mouse|kbd|keyboard|input|touch|wacom/;

/** Mice and tablets as `query-mice` shows them, the newest first. */
export function mice({ board, setup, models, hasLost, isUntouched }: MiceParts, what: string): Mouse[] {
  if (board.family === undefined) notModelled(`${what} of machine ${board.type}`);
  const other = setup.beside('input');
  if (other !== undefined) notModelled(`${what} with ${other}`);
  const inputs = models().filter((model) => INPUT.test(model));
  if (hasLost(INPUT)) notModelled(`${what} after such a device has gone`);
  const found = board.family.hasPs2 ? [PS2] : [];
  if (inputs.length > 0 && (!isUntouched() || found.length === 0)) notModelled(`${what} with ${inputs[0]}`);
  for (const [order, model] of inputs.entries()) {
    const handler = HANDLERS.find(([pattern]) => pattern.test(model));
    if (handler === undefined) notModelled(`${what} with ${model}`);
    const [, name, absolute] = handler;
    if (name !== '') found.unshift({ index: PS2.index + 1 + order, name, current: false, absolute });
  }
  return found;
}

/** Lines of `info mice`. */
export function miceLines(list: readonly Mouse[]): string[] {
  if (list.length === 0) return ['No mouse devices connected'];
  return list.map(
    ({ index, name, current, absolute }) =>
      `${current ? '*' : ' '} Mouse #${index}: ${name}${absolute ? ' (absolute)' : ''}`,
  );
}
