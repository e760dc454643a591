import { parseBoolean } from '../command-line/qemu-opts.ts';
import { refuse, StartError } from '../command-line/start-error.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { StartContext } from './start-context.ts';

/** Names that `-usbdevice` takes without more (`usb_create_simple` models with a legacy name in `hw/usb`). */
const PLAIN = /^(keyboard|mouse|tablet|wacom-tablet|ccid|audio)$/;
const NEEDY = /^(braille|disk|serial|u2f.*|host)$/;

/** `-usbdevice`; boards without USB leave it alone, or have no bus for it. */
export function checkUsbDevices(context: StartContext): void {
  const { kind } = context.machine;
  for (const option of context.of('usbdevice')) {
    const { argument, location } = option;
    const more = [`could not add USB device '${argument}'`];
    if (argument.includes(':')) {
      throw new StartError('usbdevice parameters are not supported anymore', { location, more });
    }
    if (NEEDY.test(argument)) notModelled(`-usbdevice ${argument}`);
    if (!PLAIN.test(argument)) refuse(more[0] ?? '', option);
    const hasUsb = kind === 'pc' || kind === 'q35' || kind === 'microvm';
    if (hasUsb && parseBoolean(context.properties.get('usb') ?? 'on') === true) continue;
    const help = 'please try -machine usb=on and check that the machine model supports USB';
    throw new StartError(`Error: no usb bus to attach usbdevice ${argument}, ${help}`, { location, more });
  }
}
